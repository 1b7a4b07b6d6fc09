import { randomBytes, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { keyPairOf } from "../../src/adapters/jwt/key-pairs.ts";
import { jwtTokens } from "../../src/adapters/jwt/tokens.ts";
import { openRedis, type Redis } from "../../src/adapters/redis/client.ts";
import { redisRevocations } from "../../src/adapters/redis/revocations.ts";
import { composeVerifier } from "../../src/compose/verifier.ts";
import { verifierConfig } from "../../src/config/verifier.ts";
import { after } from "../../src/domain/time.ts";
import type { FillableRevocations } from "../../src/ports/revocations.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { eventually } from "../eventually.ts";
import { asJson, keySource } from "../key-source.ts";
import { startOwnRedis } from "../redis.ts";
import { timeOf, within } from "../within.ts";

const secret = randomBytes(64);
const tokens = jwtTokens({
  accessSecrets: { current: secret, former: [] },
  refreshSecrets: { current: randomBytes(64), former: [] },
  newId: randomUUID,
  accessTokens: "es256",
});

let redisServer: Awaited<ReturnType<typeof startOwnRedis>>;
let source: Awaited<ReturnType<typeof keySource>>;
let redis: Redis;
let revocations: FillableRevocations;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  [redisServer, source] = await Promise.all([
    startOwnRedis(),
    keySource(asJson({ keys: [keyPairOf(secret).jwk] })),
  ]);
  const { host, port, password } = redisServer.config;
  redis = openRedis(redisServer.config, { onFault: () => undefined });
  revocations = redisRevocations(redis);
  const config = verifierConfig({
    ...{ PORT: "0", LOG_LEVEL: "silent", KEYS_URL: source.url },
    ...{ REDIS_HOST: host, REDIS_PORT: String(port), REDIS_PASSWORD: password },
  });
  const verifier = composeVerifier(config);
  const server = await serve(verifier.app, { port: 0 });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/verify`;
  close = async () => {
    await stop(server, 0);
    await verifier.close();
  };
});
afterAll(async () => {
  redis.close();
  await Promise.all([close(), source.close(), redisServer.kill()]);
});

async function verdict(token: string) {
  const { status, headers } = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, connection: "close" },
  });
  return { status, retryAfter: headers.get("retry-after") };
}

test("VER-07 by Redis a token passes until its session ends, and none passes before Redis is filled or while it is paused", async () => {
  const now = new Date();
  const holder = { accountId: randomUUID(), sessionId: randomUUID() };
  const [token, other] = [holder, { ...holder, sessionId: randomUUID() }].map((of) => tokens.access(of, now));
  expect(await verdict(token!)).toEqual({ status: 503, retryAfter: "5" });
  await eventually(async () => {
    try {
      await revocations.markFilled((await revocations.state()).run);
    } catch {
      return false;
    }
    return (await verdict(token!)).status === 200;
  }, 5_000);

  await revocations.add(holder.sessionId, now, after(now, 3_600_000));
  expect((await verdict(token!)).status).toBe(401);
  expect((await verdict(other!)).status).toBe(200);

  await within(1_000, async () => {
    redisServer.pause();
    const ms = await timeOf(async () => {
      for (const each of [token!, other!, token!]) expect((await verdict(each)).status).toBe(503);
    });
    redisServer.resume();
    await eventually(async () => (await verdict(other!)).status === 200, 5_000);
    expect((await verdict(token!)).status).toBe(401);
    return ms;
  });
});
