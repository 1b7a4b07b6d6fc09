import { randomBytes, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import type { Express } from "express";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { keyPairOf } from "../../../src/adapters/jwt/key-pairs.ts";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import { composeLogin } from "../../../src/compose/login-service.ts";
import { composeProfile } from "../../../src/compose/profile-service.ts";
import { loginConfig, profileConfig } from "../../../src/config/services.ts";
import { serve, stop } from "../../../src/process/serve.ts";
import { asJson, keySource } from "../../key-source.ts";
import { rawGet, sendRaw } from "../../raw-request.ts";

// No one listens at their ports: what is answered here is answered without a store.
const stores = {
  ...{ MYSQL_HOST: "127.0.0.1", MYSQL_PORT: "1", MYSQL_USER: "a", MYSQL_DATABASE: "a" },
  ...{ REDIS_HOST: "127.0.0.1", REDIS_PORT: "1", REDIS_PASSWORD: "a" },
};
const [access, refresh] = [randomBytes(64), randomBytes(64)];
const pair = keyPairOf(access);
const logTo = new Writable({ write: (_chunk, _encoding, done) => done() });

let source: Awaited<ReturnType<typeof keySource>>;
const opened: { close(): Promise<void> }[] = [];
let login: string;
let profile: string;

beforeAll(async () => {
  source = await keySource(asJson({ keys: [pair.jwk] }));
  const secrets = {
    ACCESS_TOKEN_SECRET: access.toString("base64"),
    REFRESH_TOKEN_SECRET: refresh.toString("base64"),
  };
  login = await open(composeLogin(loginConfig({ ...stores, ...secrets }), { logTo }));
  profile = await open(composeProfile(profileConfig({ ...stores, KEYS_URL: source.url }), { logTo }));
});
afterAll(async () => {
  for (const each of opened) await each.close();
  await source.close();
});

async function open({ app, close }: { app: Express; close(): Promise<void> }): Promise<string> {
  const server = await serve(app, { port: 0 });
  opened.push({
    async close() {
      server.closeAllConnections();
      await stop(server, 0);
      await close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ring = (current: Buffer) => ({ current, former: [] });
function token(secret = access): string {
  const deps = { accessSecrets: ring(secret), refreshSecrets: ring(refresh), newId: randomUUID };
  const holder = { accountId: randomUUID(), sessionId: randomUUID() };
  return jwtTokens({ ...deps, accessTokens: "es256" }).access(holder, new Date());
}

async function post(url: string, body: unknown) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as object };
}

const getProfile = async (lines: readonly string[]) => {
  const { status, headers, body } = await sendRaw(profile, rawGet("/profile", lines));
  return { status, headers, body: JSON.parse(body) as object };
};

describe("the login service", () => {
  test("is alive and not ready while its database is away, and names it", async () => {
    expect((await fetch(`${login}/health`)).status).toBe(200);
    const ready = await fetch(`${login}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { errors: [{ field: "database", message: "does not answer" }] },
    ]);
  });

  test("answers by problem documents that have the text of the first service too", async () => {
    const { status, headers, body } = await post(`${login}/signup`, { username: "ada", password: "a" });
    expect([status, headers.get("content-type")]).toEqual([422, "application/problem+json; charset=utf-8"]);
    expect(body).toMatchObject({
      ...{ status: 422, code: "invalid_input", error: "Some fields need another look" },
      errors: [{ field: "username" }, { field: "password" }],
    });
  });

  test("is unavailable, and says when to try again, if it cannot store an account", async () => {
    const { status, headers, body } = await post(`${login}/signup`, {
      ...{ username: "ada@example.org", password: "correct horse battery" },
    });
    expect([status, headers.get("retry-after"), body]).toMatchObject([503, "5", { code: "unavailable" }]);
  });

  test("publishes its keys to caches", async () => {
    const answer = await fetch(`${login}/.well-known/jwks.json`);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=30");
    expect(await answer.json()).toEqual({ keys: [pair.jwk] });
  });
});

describe("the profile service", () => {
  test("AZ-01 knows a caller by one bearer token, and asks for it", async () => {
    const text = token();
    const refused = [
      [],
      ["Authorization: Bearer a.b.c"],
      [`Authorization: Basic ${text}`],
      [`Authorization: Bearer ${text}x`],
      [`Authorization: Bearer ${token(randomBytes(64))}`],
      [`Cookie: token=${text}`],
    ];
    for (const lines of refused) {
      const { status, headers, body } = await getProfile(lines);
      expect([lines, status, headers["www-authenticate"]]).toEqual([lines, 401, "Bearer"]);
      expect(body).toMatchObject({ code: "not_signed_in", error: "Unauthorized" });
    }
  });

  test("SVC-04 is unavailable to a good token while it cannot ask if its session was ended", async () => {
    const { status, headers, body } = await getProfile([`Authorization: Bearer ${token()}`]);
    expect([status, headers["retry-after"], body]).toMatchObject([503, "5", { code: "unavailable" }]);
  });

  test("is not ready, and names all that is missing", async () => {
    const ready = await fetch(`${profile}/ready`);
    const { errors } = (await ready.json()) as { errors: { field: string }[] };
    expect([ready.status, errors.map(({ field }) => field)]).toEqual([503, ["database", "revocations"]]);
  });
});
