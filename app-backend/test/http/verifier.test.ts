import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { keyPairOf } from "../../src/adapters/jwt/key-pairs.ts";
import { jwtTokens } from "../../src/adapters/jwt/tokens.ts";
import { composeVerifier, type Overrides } from "../../src/compose/verifier.ts";
import { verifierConfig } from "../../src/config/verifier.ts";
import { serve, stop } from "../../src/process/serve.ts";
import { requireNoSecret } from "../app.ts";
import { asJson, keySource } from "../key-source.ts";
import { rawGet, sendRaw } from "../raw-request.ts";

const secret = randomBytes(64);
const pair = keyPairOf(secret);
const ring = (current: Buffer) => ({ current, former: [] });
const tokens = jwtTokens({
  accessSecrets: ring(secret),
  refreshSecrets: ring(randomBytes(64)),
  newId: randomUUID,
  accessTokens: "es256",
});
const holder = { accountId: randomUUID(), sessionId: randomUUID() };

const logLines: string[] = [];
const logTo = new Writable({
  write(chunk, _encoding, done) {
    logLines.push(String(chunk));
    done();
  },
});

let source: Awaited<ReturnType<typeof keySource>>;
let verifier: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  source = await keySource(asJson({ keys: [pair.jwk] }));
  verifier = await start({ KEYS_URL: source.url });
});
afterEach(() => source.answers(asJson({ keys: [pair.jwk] })));
afterAll(async () => {
  await Promise.all([verifier.close(), source.close()]);
  requireNoSecret(logLines);
});

async function start(env: Record<string, string>, overrides: Pick<Overrides, "now" | "clock"> = {}) {
  const config = verifierConfig({ PORT: "0", ...env });
  const { app, metrics, close } = composeVerifier(config, { logTo, ...overrides });
  const server = await serve(app, { port: 0 });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics: metrics.text,
    async close() {
      server.closeAllConnections();
      await stop(server, 0);
      await close();
    },
  };
}

const token = (at = new Date()) => tokens.access(holder, at);
const bearer = (text: string) => `Authorization: Bearer ${text}`;
const ask = (lines: readonly string[], path = "/verify", method = "GET") =>
  sendRaw(verifier.url, rawGet(path, lines, method));

/** A token of ours with another subject. */
function of(sub: unknown, changes: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub, sid: "s", jti: "j", iss: "tintype", aud: "tintype-api", iat, exp: iat + 600 };
  const header = { alg: "ES256", typ: "at+jwt", kid: pair.kid };
  return jwt.sign(JSON.stringify({ ...claims, ...changes }), pair.privateKey, { header });
}

describe("the verifier", () => {
  test.each([
    "/verify",
    "/verify/",
    "/verify/a/../b//c.png?a=/verify",
    "/verify/%2e%2e/%2F;x",
    "/verify?b=1",
  ])("VER-04 says who sent a request to %s, by any method", async (path) => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
      const { status, headers, body } = await ask([bearer(token()), "Content-Length: 0"], path, method);
      expect([method, status, body]).toEqual([method, 200, ""]);
      expect(headers).toMatchObject({
        "x-auth-issuer": "tintype",
        "x-auth-subject": holder.accountId,
        "x-auth-session": holder.sessionId,
        "cache-control": "no-store",
      });
      const refused = await ask(["Content-Length: 0"], path, method);
      expect([method, refused.status]).toEqual([method, 401]);
      expect(Object.keys(refused.headers).filter((name) => name.startsWith("x-auth-"))).toEqual([]);
    }
  });

  test("refuses by a problem document, with what RFC 6750 asks for", async () => {
    const without = await ask([]);
    expect(JSON.parse(without.body)).toMatchObject({ status: 401, code: "not_signed_in" });
    expect(without.headers).toMatchObject({
      "content-type": "application/problem+json; charset=utf-8",
      "www-authenticate": 'Bearer realm="tintype"',
      "cache-control": "no-store",
    });
    const wrong = await ask([bearer(`${token()}a`)]);
    expect(wrong.headers["www-authenticate"]).toBe('Bearer realm="tintype", error="invalid_token"');
  });

  test("VER-08 takes one bearer token of the header, and nothing else", async () => {
    const text = token();
    const allowed = [[bearer(text)], [`authorization: bearer ${text}`]];
    const refused = [
      [bearer(text), bearer("a.b.c")],
      [bearer("a.b.c"), bearer(text)],
      [bearer(text), bearer(text)],
      [`Authorization: Bearer  ${text}`],
      [`Authorization: Bearer ${text}, Bearer ${text}`],
      [`Authorization: Basic ${Buffer.from("a:b").toString("base64")}`],
      [bearer("a".repeat(16_000))],
      [`Cookie: token=${text}`],
    ];
    for (const lines of allowed) expect((await ask(lines)).status).toBe(200);
    for (const lines of refused) expect([lines, (await ask(lines)).status]).toEqual([lines, 401]);
    expect((await ask([], `/verify?access_token=${text}`)).status).toBe(401);
    expect((await ask([bearer(text), `Cookie: a=${"a".repeat(20_000)}`])).status).toBe(200);
    expect((await ask([bearer(text), `X-A: ${"a".repeat(60_000)}`])).status).toBe(431);
  });

  test.each([
    ["in another script", "日本"],
    ["with a line break", "a\r\nX-Auth-Session: b"],
    ["with a blank", "a b"],
    ["of 5,000 characters", "a".repeat(5_000)],
    ["that is empty", ""],
    ["that is a number", 7],
  ])("VER-15 refuses a subject %s", async (_what, sub) => {
    const { status, headers } = await ask([bearer(of(sub))]);
    expect([status, headers["x-auth-subject"]]).toEqual([401, undefined]);
    expect((await ask([bearer(of("a", { sid: sub }))])).status).toBe(401);
  });

  test("VER-12 is unavailable and not ready while it has no keys, heals by itself, and counts", async () => {
    source.answers((response) => response.writeHead(500).end());
    let seconds = 0;
    const early = await start({ KEYS_URL: source.url }, { clock: () => seconds * 1000 });
    const answer = () => sendRaw(early.url, rawGet("/verify", [bearer(token())]));
    const unavailable = await answer();
    expect([unavailable.status, unavailable.headers["retry-after"]]).toEqual([503, "5"]);
    expect((await sendRaw(early.url, rawGet("/ready"))).status).toBe(503);
    expect((await sendRaw(early.url, rawGet("/health"))).status).toBe(200);
    expect(await early.metrics()).toMatch(/^tintype_verifier_keys_missed_total 1$/m);
    source.answers(asJson({ keys: [pair.jwk] }));
    seconds = 6;
    expect((await sendRaw(early.url, rawGet("/ready"))).status).toBe(200);
    expect((await answer()).status).toBe(200);
    expect(await early.metrics()).toMatch(/^tintype_verifier_keys_age_seconds 0$/m);
    expect(await early.metrics()).toMatch(/^tintype_verifier_answers_total\{status="503"\} 2$/m);
    await early.close();
  });

  test("VER-12 a key that is left out is refused in time, though the time of the host was set back", async () => {
    let seconds = 0;
    let hoursBack = 0;
    const now = () => new Date(Date.now() - hoursBack * 3_600_000);
    const steady = await start({ KEYS_URL: source.url }, { now, clock: () => seconds * 1000 });
    const answer = () => sendRaw(steady.url, rawGet("/verify", [bearer(token(now()))]));
    expect((await answer()).status).toBe(200);
    source.answers(asJson({ keys: [keyPairOf(randomBytes(64)).jwk] }));
    [seconds, hoursBack] = [30, 2];
    expect((await answer()).status).toBe(401);
    await steady.close();
  });

  test("VER-15 of two issuers the same subject is two people", async () => {
    const ofPool = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const kid = "of the pool";
    const jwk = { ...ofPool.publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
    const keysOfPool = await keySource(asJson({ keys: [jwk] }));
    const both = await start({
      KEYS_URL: source.url,
      AWS_REGION: "us-east-1",
      USER_POOL_ID: "us-east-1_abcdefghi",
      USER_POOL_CLIENT_ID: "client",
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: keysOfPool.url,
    });
    const iss = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi";
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss, sub: holder.accountId, client_id: "client", token_use: "access" };
    const times = { origin_jti: "family", auth_time: iat, iat, exp: iat + 600 };
    const header = { alg: "RS256" as const, kid };
    const theirs = jwt.sign({ ...claims, ...times }, ofPool.privateKey, { header });
    const answers = [token(), theirs].map((each) => sendRaw(both.url, rawGet("/verify", [bearer(each)])));
    expect((await Promise.all(answers)).map(({ status, headers }) => [status, headers])).toMatchObject([
      [200, { "x-auth-issuer": "tintype", "x-auth-subject": holder.accountId }],
      [200, { "x-auth-issuer": iss, "x-auth-subject": holder.accountId, "x-auth-session": "family" }],
    ]);
    await Promise.all([both.close(), keysOfPool.close()]);
  });

  test("reads tokens of the secret only if it has the secret", async () => {
    const hs256 = jwtTokens({ accessSecrets: ring(secret), refreshSecrets: ring(secret), newId: randomUUID });
    const text = hs256.access(holder, new Date());
    expect((await ask([bearer(text)])).status).toBe(401);
    const bySecret = await start({ ACCESS_TOKEN_SECRET: secret.toString("base64") });
    for (const each of [text, token()])
      expect((await sendRaw(bySecret.url, rawGet("/verify", [bearer(each)]))).status).toBe(200);
    await bySecret.close();
  });

  test("has no other route", async () => {
    for (const path of ["/", "/verifyfoo", "/api/account", "/.well-known/jwks.json", "/metrics"])
      expect([path, (await ask([bearer(token())], path)).status]).toEqual([path, 404]);
  });
});

describe("the settings of the verifier", () => {
  test("CONF-01 are refused with all their faults at once", () => {
    expect(() => verifierConfig({ PORT: "x" })).toThrow(/PORT /);
    expect(() => verifierConfig({})).toThrow("KEYS_URL is missing, and so are ACCESS_TOKEN_SECRET");
    const both = { KEYS_URL: "http://127.0.0.1/", ACCESS_TOKEN_SECRET: secret.toString("base64") };
    expect(() => verifierConfig(both)).toThrow("set one");
    expect(() => verifierConfig({ KEYS_URL: "file:///keys" })).toThrow("KEYS_URL is not a URL");
    expect(() => verifierConfig({ KEYS_URL: "https://user:word@site.example/keys" })).toThrow(
      "KEYS_URL has a user name",
    );
    expect(() => verifierConfig({ USER_POOL_ID: "us-east-1_a" })).toThrow("needs AWS_REGION");
    const keys = { KEYS_URL: "http://127.0.0.1/" };
    expect(() => verifierConfig({ ...keys, REDIS_HOST: "redis" })).toThrow("REDIS_PASSWORD is missing");
    const stores = { REDIS_HOST: "redis", REDIS_PASSWORD: "a password", MYSQL_DATABASE: "tintype" };
    expect(() => verifierConfig({ ...keys, ...stores })).toThrow("REDIS_HOST and MYSQL_DATABASE");
  });

  test("VER-14 by default hold nothing that signs", () => {
    expect(verifierConfig({ KEYS_URL: "http://127.0.0.1/" })).toEqual({
      place: { port: 3001, host: "127.0.0.1" },
      own: { keysUrl: "http://127.0.0.1/" },
      pool: undefined,
      database: undefined,
      redis: undefined,
      metrics: undefined,
      release: "dev",
      logLevel: "info",
    });
  });
});
