import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { compose } from "../../src/compose/ec2.ts";
import { composeVerifier } from "../../src/compose/verifier.ts";
import type { ServerConfig } from "../../src/config/ec2.ts";
import type { Keyring } from "../../src/domain/keyring.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { advancePastGrace } from "../advance-past-grace.ts";
import { startApp, type TestApp } from "../app.ts";
import {
  bearer,
  getAccount,
  goodPassword,
  mailedCode,
  member,
  newEmail,
  postJson,
  refresh,
} from "../client.ts";
import { onePixelPng } from "../images.ts";
import { keySource } from "../key-source.ts";
import { sendPicture } from "../uploads.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const rotated = ({ current, former }: Keyring<Buffer>, until: Date) => ({
  current: randomBytes(64),
  former: [...former, { key: current, until }],
});

/** A second application on the same database and bucket, like one that was restarted after a rotation. */
const restarted = (handover: Date) =>
  restart({
    accessSecrets: rotated(app.config.accessSecrets, handover),
    refreshSecrets: rotated(app.config.refreshSecrets, handover),
  });

async function restart(changes: Partial<ServerConfig>, now = () => new Date()) {
  const config: ServerConfig = { ...app.config, logLevel: "silent", ...changes };
  const { app: api, close } = compose(config, { now });
  const server = await serve(api, { port: 0 });
  return { ...app, ...placeOf(server, close) };
}

function placeOf(server: Server, close: () => Promise<void>) {
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await stop(server, 0);
      await close();
    },
  };
}

test("OPS-10 new secrets end no session: earlier tokens, refresh, a mailed code and an upload stay valid", async () => {
  const { body, cookie, email } = await member(app);
  await postJson(app, "/auth/forgot", { email });
  const code = await mailedCode(app, email);
  const upload = await sendPicture(app, onePixelPng);
  const next = await restarted(new Date());
  try {
    expect((await getAccount(next, body.accessToken)).status).toBe(200);
    await advancePastGrace(app);
    const renewed = await refresh(next, cookie);
    expect(renewed.status).toBe(200);
    // Tokens signed with the new secrets are invalid for a process that has only the old ones.
    expect((await getAccount(app, renewed.body.accessToken)).status).toBe(401);
    await advancePastGrace(app);
    expect((await refresh(next, renewed.cookie)).status).toBe(200);
    expect(
      (await postJson(next, "/auth/register", { email: newEmail(), password: goodPassword, upload })).status,
    ).toBe(201);
    const password = "a much better one";
    expect((await postJson(next, "/auth/reset", { email, code, password })).status).toBe(204);
  } finally {
    await next.close();
  }
});

test("before the handover the new process and the replaced one accept each other's tokens", async () => {
  const { cookie } = await member(app);
  const next = await restarted(new Date(Date.now() + 60_000));
  try {
    await advancePastGrace(app);
    const renewed = await refresh(next, cookie);
    expect((await getAccount(app, renewed.body.accessToken)).status).toBe(200);
    await advancePastGrace(app);
    expect((await refresh(app, renewed.cookie)).status).toBe(200);
  } finally {
    await next.close();
  }
});

test("VER-13 a rotation, one that is undone, and another algorithm refuse no token and end no session", async () => {
  const cookies = [(await member(app)).cookie, (await member(app)).cookie];
  const begin = Date.now();
  let second = 0;
  const at = (when: number) => new Date(begin + when * 1000);
  const now = () => at(second);
  const { accessSecrets, refreshSecrets } = app.config;
  const before = { accessSecrets, refreshSecrets, accessTokens: "es256" as const };
  const during = (until: number) => ({
    ...before,
    accessSecrets: rotated(accessSecrets, at(until)),
    refreshSecrets: rotated(refreshSecrets, at(until)),
  });
  const [undone, next] = [during(70), during(110)];
  const back = { ...next, accessTokens: "hs256" as const };
  /** Which of the two signers is restarted when, and with what. */
  const restarts: Record<number, readonly [number, Partial<ServerConfig>]> = {
    ...{ 10: [0, undone], 20: [1, undone], 30: [0, before], 40: [1, before], 50: [0, next], 60: [1, next] },
    ...{ 130: [0, back], 140: [1, back], 160: [0, next], 170: [1, next] },
  };
  const signers = [await restart(before, now), await restart(before, now)];
  let asked = 0;
  const keys = await keySource((response) => {
    asked += 1; // as a balancer does
    void fetch(`${signers[asked % 2]!.url}/.well-known/jwks.json`)
      .then((answer) => answer.text())
      .then((text) => response.end(text));
  });
  const own = { keysUrl: keys.url };
  const ofRelease = { release: "test", logLevel: "silent" };
  const verifiers = await Promise.all(
    [1, 2, 3].map(async () => {
      const composed = composeVerifier(
        {
          place: { port: 0 },
          own,
          pool: undefined,
          database: app.config.database,
          redis: undefined,
          metrics: undefined,
          ...ofRelease,
        },
        { now, clock: () => second * 1000 },
      );
      return placeOf(await serve(composed.app, { port: 0 }), composed.close);
    }),
  );
  const signed: string[] = [];
  const signedBy = new Set<unknown>();
  try {
    for (; second <= 200; second += 10) {
      const [slot, changes] = restarts[second] ?? [];
      if (slot !== undefined) {
        await signers[slot]!.close();
        signers[slot] = await restart(changes!, now);
      }
      for (const [index, cookie] of cookies.entries()) {
        const renewed = await refresh(signers[(index + second / 10) % 2]!, cookie);
        expect([second, renewed.status]).toEqual([second, 200]);
        cookies[index] = renewed.cookie || cookie; // none is set soon after the last one
        const token = renewed.body.accessToken;
        for (const signer of signers)
          expect([second, (await getAccount(signer, token)).status]).toEqual([second, 200]);
        const { alg, kid } = JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString());
        signedBy.add(kid ?? alg);
        if (alg === "ES256") signed.push(token);
      }
      for (const token of [signed.at(-1)!, signed.at(-2)!, signed.at(-14) ?? signed[0]!])
        for (const { url } of verifiers) {
          const { status } = await fetch(`${url}/verify`, { headers: bearer(token) });
          expect([second, status]).toEqual([second, 200]);
        }
    }
  } finally {
    for (const each of [...verifiers, keys, ...signers]) await each.close();
  }
  expect(signedBy.size).toBe(3); // the old key, the next, the secret
}, 120_000);
