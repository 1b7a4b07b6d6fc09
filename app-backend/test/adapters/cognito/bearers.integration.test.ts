import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfirmSignUpCommand, SignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cognitoAccessTokens, poolIssuer } from "../../../src/adapters/cognito/access-tokens.ts";
import { cognitoBearers } from "../../../src/adapters/cognito/bearers.ts";
import type { Account } from "../../../src/domain/account.ts";
import { someAccount } from "../../contract/fixtures.ts";
import { createPool, endpoint, mailedCode, type TestPool } from "./test-pool.ts";

const password = "correct horse battery";
const now = () => new Date();

let pool: TestPool;
let account: Account;
let sub: string;
let tokens: Awaited<ReturnType<TestPool["tokens"]>>;

beforeAll(async () => {
  pool = await createPool();
  account = someAccount();
  sub = await join(pool, account.email);
  tokens = await pool.tokens(account.email, password);
});
afterAll(() => pool.drop());

async function join({ idp, config: { clientId: ClientId } }: TestPool, Username: string): Promise<string> {
  const { UserSub } = await idp.send(new SignUpCommand({ ClientId, Username, Password: password }));
  const ConfirmationCode = (await mailedCode(Username))!;
  await idp.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }));
  return UserSub!;
}

/** Tokens of the pool, whose records know one account. */
function bearersOf({ credential = sub, at = endpoint } = {}) {
  const config = { ...pool.config, endpoint: at };
  const accessTokens = cognitoAccessTokens(config);
  const bearers = cognitoBearers({
    client: pool.idp,
    pool: config,
    accounts: { getByEmail: async (email) => (email === account.email ? account : undefined) },
    credentials: { get: async (id) => (id === account.id ? credential : undefined) },
  });
  return {
    async read(text: string, when: Date) {
      const { sessionId, signedInAt, expiresAt, ...stated } = await accessTokens.read(text, when);
      const accountId = await bearers.accountOf({ ...stated, sessionId, signedInAt, expiresAt }, text);
      return { accountId, sessionId, signedInAt, expiresAt };
    },
    accountOf: bearers.accountOf,
    ready: () => accessTokens.ready(now()),
  };
}

const partsOf = (token: string) => token.split(".") as [string, string, string];
const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claimsOf = (token: string) => decoded(partsOf(token)[1]);

/** The same token with another header or other claims, by a signature that is not the pool's. */
function forged(header: object, claims: object = {}, sign = (_text: string) => partsOf(tokens.access)[2]) {
  const [head, body] = partsOf(tokens.access);
  const text = `${encoded({ ...decoded(head), ...header })}.${encoded({ ...decoded(body), ...claims })}`;
  return `${text}.${sign(text)}`;
}

describe("an access token of the user pool", () => {
  test("is of the account of its user, and its family is the session", async () => {
    const { origin_jti, auth_time, exp } = claimsOf(tokens.access);
    expect(await bearersOf().read(tokens.access, now())).toEqual({
      accountId: account.id,
      sessionId: origin_jti,
      signedInAt: new Date(auth_time * 1000),
      expiresAt: new Date(exp * 1000),
    });
  });

  test("VER-15 of another issuer it is not looked up, though its subject is a user's", async () => {
    const other = { subject: sub, sessionId: "s", expiresAt: now(), signedInAt: undefined };
    expect(await bearersOf().accountOf({ ...other, issuer: "tintype" }, tokens.access)).toBeUndefined();
    const ofPool = { ...other, issuer: poolIssuer(pool.config) };
    expect(await bearersOf().accountOf(ofPool, tokens.access)).toBe(account.id);
  });

  test.each([
    ["nothing", () => ""],
    ["no token", () => "a.b.c"],
    ["a token without a key", () => forged({ kid: undefined, typ: "at+jwt" })],
  ])("SLS-14 is refused if it is %s", async (_name, token) => {
    await expect(bearersOf().read(token(), now())).rejects.toMatchObject({ code: "not_signed_in" });
  });

  test("SLS-14 is refused if it is of another client of the pool, or of another pool", async () => {
    const ofClient = await pool.tokens(account.email, password, await pool.addClient());
    const other = await createPool();
    await join(other, account.email);
    const ofPool = await other.tokens(account.email, password);
    for (const { access } of [ofClient, ofPool])
      await expect(bearersOf().read(access, now())).rejects.toMatchObject({ code: "not_signed_in" });
    await other.drop();
  });

  test.each([
    ["an ID token", () => tokens.id],
    ["alg none", () => forged({ alg: "none" }, {}, () => "")],
    ["HS256 with the public key", () => forged({ alg: "HS256" }, {}, hmacOf("public key"))],
    ["changed claims", () => forged({}, { sub: randomUUID() })],
    ["another key", () => forged({ kid: "another" })],
  ])("SLS-14 is refused if it is %s", async (_name, token) => {
    await expect(bearersOf().read(token(), now())).rejects.toMatchObject({ code: "not_signed_in" });
  });

  test("is refused when it has expired, by the clock of the application too", async () => {
    const late = new Date(claimsOf(tokens.access).exp * 1000);
    await expect(bearersOf().read(tokens.access, late)).rejects.toMatchObject({ code: "not_signed_in" });
  });

  test("is refused if its user has no account, or the account another user", async () => {
    const stranger = `${randomUUID()}@example.org`;
    await join(pool, stranger);
    const { access } = await pool.tokens(stranger, password);
    await expect(bearersOf().read(access, now())).rejects.toMatchObject({ code: "not_signed_in" });
    const ofAnother = bearersOf({ credential: randomUUID() }).read(tokens.access, now());
    await expect(ofAnother).rejects.toMatchObject({ code: "not_signed_in" });
  });

  test("SLS-14 1,000 tokens of unknown keys cause two requests for keys at most", async () => {
    const keys = await countingKeys();
    const bearers = bearersOf({ at: keys.url });
    await bearers.read(tokens.access, now());
    for (let index = 0; index < 1_000; index += 1) {
      const attempt = bearers.read(forged({ kid: `unknown ${index}` }), now());
      await expect(attempt).rejects.toMatchObject({ code: "not_signed_in" });
    }
    expect(keys.count()).toBeLessThanOrEqual(2);
    await keys.close();
  });

  test("SLS-14 is unavailable while the keys are away", async () => {
    const keys = await countingKeys(true);
    const bearers = bearersOf({ at: keys.url });
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(bearers.read(tokens.access, now())).rejects.toMatchObject({ code: "unavailable" });
    expect(keys.count()).toBeLessThanOrEqual(2);
    await expect(bearers.ready()).rejects.toMatchObject({ code: "unavailable" });
    await keys.close();
  });
});

const hmacOf = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("base64url");

/** The keys of the pool behind an address that counts, or that answers 503. */
async function countingKeys(isAway = false) {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    if (isAway) return void response.writeHead(503).end();
    void fetch(`${endpoint}${request.url}`).then(async (answer) => response.end(await answer.text()));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
