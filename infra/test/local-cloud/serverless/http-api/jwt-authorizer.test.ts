import { expect, test } from "@jest/globals";
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import type { RouteDescription } from "../../../../local-cloud/serverless/http-api/api-description.ts";
import { type Jwks, jwtAuthorizer } from "../../../../local-cloud/serverless/http-api/jwt-authorizer.ts";

const issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab3";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "one" };
const pem = publicKey.export({ format: "pem", type: "spki" });
const seconds = 1_800_000_000;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
function token(claims: object = {}, head: object = {}, key = privateKey): string {
  const all = {
    iss: issuer,
    client_id: "web",
    token_use: "access",
    iat: seconds - 60,
    exp: seconds + 600,
    scope: "read me",
  };
  const signed = `${part({ alg: "RS256", kid: "one", ...head })}.${part({ ...all, ...claims })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

function authorizer(keys: () => Promise<Jwks> = async () => ({ keys: [jwk] })) {
  const clock = { seconds };
  let fetches = 0;
  const jwks = () => {
    fetches += 1;
    return keys();
  };
  const authorize = jwtAuthorizer({ jwks, now: () => new Date(clock.seconds * 1000) });
  const routeWith = (scopes: string[]) =>
    ({ key: "$default", authorizer: { issuer, audience: ["web"] }, scopes }) as unknown as RouteDescription;
  return {
    clock,
    fetches: () => fetches,
    judge: (header: string | undefined, scopes: string[] = []) => authorize(header, routeWith(scopes)),
  };
}

const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const none = `${part({ alg: "none", kid: "one" })}.${part({ iss: issuer, client_id: "web", exp: seconds + 600 })}.`;
const hs256 = (() => {
  const signed = `${part({ alg: "HS256", kid: "one" })}.${part({ iss: issuer, client_id: "web", exp: seconds + 600 })}`;
  return `${signed}.${createHmac("sha256", pem).update(signed).digest("base64url")}`;
})();

test.each([
  ["a right token", token(), 200],
  ["an audience instead of a client", token({ aud: ["other", "web"] }), 200],
  [
    "an ID token, which passes a route without scopes",
    token({ aud: "web", client_id: undefined, scope: undefined }),
    200,
  ],
  ["another audience, whatever the client", token({ aud: "other" }), 401],
  ["another client", token({ client_id: "other" }), 401],
  ["another issuer", token({ iss: `${issuer}x` }), 401],
  ["an expired token", token({ exp: seconds - 1 }), 401],
  ["a token without an end", token({ exp: undefined }), 401],
  ["a token of later", token({ nbf: seconds + 60 }), 401],
  ["an unknown key", token({}, { kid: "two" }), 401],
  ["another's signature", token({}, {}, other), 401],
  ["another algorithm by name", token({}, { alg: "RS512" }), 401],
  [
    "changed claims",
    token().replace(/\.[^.]+\./, `.${part({ iss: issuer, client_id: "web", exp: seconds + 9e9 })}.`),
    401,
  ],
  ["no signature", none, 401],
  ["an HMAC with the public key", hs256, 401],
  ["no token", undefined, 401],
  ["two tokens", `${token()},${token()}`, 401],
  ["a password", "Basic YTpi", 401],
])("%s", async (_, bearer, status) => {
  expect((await authorizer().judge(bearer?.replace(/^(?=ey)/, "Bearer "))).status).toBe(status);
});

test("one of the route's scopes is enough, none is 403; claims are text", async () => {
  const { judge } = authorizer();
  expect((await judge(token(), ["write", "me"])).status).toBe(200);
  expect((await judge(token(), ["write"])).status).toBe(403);
  expect(await judge(token({ "cognito:groups": ["a", "b"] }), ["read"])).toMatchObject({
    jwt: { scopes: ["read"], claims: { exp: String(seconds + 600), "cognito:groups": "[a b]" } },
  });
});

test("SLS-14 1,000 tokens of unknown keys are at most 2 fetches in 10 seconds", async () => {
  const { judge, fetches } = authorizer();
  const rest = token().slice(token().indexOf("."));
  const unknown = (n: number) => judge(`Bearer ${part({ alg: "RS256", kid: `k${n}` })}${rest}`);
  await Promise.all(Array.from({ length: 990 }, (_, n) => unknown(n)));
  for (let n = 990; n < 1000; n += 1) await unknown(n);
  expect(fetches()).toBeLessThanOrEqual(2);
});

test("a new key is found once the keys are 10 seconds old", async () => {
  const keys: (typeof jwk)[] = [];
  const { judge, clock, fetches } = authorizer(async () => ({ keys: [...keys] }));
  expect((await judge(token())).status).toBe(401);
  keys.push(jwk);
  expect((await judge(token())).status).toBe(401);
  clock.seconds += 11;
  expect((await judge(token())).status).toBe(200);
  expect(fetches()).toBe(2);
});

test("keys that cannot be had are a 401, and asked for again", async () => {
  let isAway = true;
  const { judge, clock } = authorizer(async () => {
    if (isAway) throw new Error("away");
    return { keys: [jwk] };
  });
  expect((await judge(token())).status).toBe(401);
  isAway = false;
  clock.seconds += 11;
  expect((await judge(token())).status).toBe(200);
});
