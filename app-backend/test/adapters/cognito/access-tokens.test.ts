import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { cognitoAccessTokens, poolIssuers } from "../../../src/adapters/cognito/access-tokens.ts";
import { asJson, keySource } from "../../key-source.ts";

const pool = { region: "us-east-1", userPoolId: "us-east-1_abcdefghi", clientId: "client" };
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "a", alg: "RS256", use: "sig" };
const issuers = poolIssuers(pool);

let source: Awaited<ReturnType<typeof keySource>>;
let hours: number;
let faults: unknown[];
beforeEach(async () => {
  [hours, faults] = [0, []];
  source = await keySource(asJson({ keys: [jwk] }));
});
afterEach(() => source.close());

function token(kid = "a", iss = issuers[0]): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: "user", iss, client_id: "client", token_use: "access", origin_jti: "family" };
  const times = { auth_time: now, iat: now, exp: now + 600 };
  return jwt.sign({ ...claims, ...times }, privateKey, { header: { alg: "RS256", kid } });
}

const open = () =>
  cognitoAccessTokens(
    { ...pool, endpoint: source.url },
    { clock: () => hours * 3_600_000, onFault: (error) => faults.push(error) },
  );
const unavailable = { code: "unavailable" };

test("VER-15 a pool has one issuer, however its tokens name it", async () => {
  const tokens = open();
  const read = await Promise.all(issuers.map((issuer) => tokens.read(token("a", issuer), new Date())));
  expect(read.map(({ issuer }) => issuer)).toEqual([issuers[0], issuers[0]]);
  expect(issuers[0]).toBe("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi");
});

const faulty: [what: string, answer: Parameters<typeof keySource>[0]][] = [
  ["500", (response) => response.writeHead(500).end()],
  ["no keys", asJson({ keys: [] })],
  ["what is no key", asJson({ keys: [null] })],
  ["a page", (response) => response.end("<!doctype html>")],
  ["half a set", (response) => response.end(JSON.stringify({ keys: [jwk] }).slice(0, -9))],
  ["50 MB", (response) => response.end(Buffer.alloc(50 << 20, " "))],
];

test.each<(typeof faulty)[number]>([...faulty, ["nothing", () => undefined]])(
  "VER-12 keys of a pool stay in use for a day if there is %s in their place",
  async (_what, answer) => {
    const tokens = open();
    await tokens.ready(new Date());
    source.answers(answer);
    await expect(tokens.read(token("another"), new Date())).rejects.toMatchObject(unavailable);
    hours = 1;
    expect(await tokens.read(token(), new Date())).toMatchObject({ subject: "user" });
    expect(faults).toHaveLength(2);
    hours = 24;
    await expect(tokens.read(token(), new Date())).rejects.toMatchObject(unavailable);
    source.answers(asJson({ keys: [jwk] }));
    hours = 25;
    expect(await tokens.read(token(), new Date())).toMatchObject({ subject: "user" });
  },
);

test("VER-12 a key of a pool that is left out is refused after an hour", async () => {
  const tokens = open();
  expect(await tokens.read(token(), new Date())).toMatchObject({ subject: "user" });
  source.answers(asJson({ keys: [{ ...jwk, kid: "b" }] }));
  hours = 1;
  await expect(tokens.read(token(), new Date())).rejects.toMatchObject({ code: "not_signed_in" });
  expect(await tokens.read(token("b"), new Date())).toMatchObject({ subject: "user" });
});

test.each(faulty)(
  "VER-12 tokens of a pool are unavailable if there is %s at the start",
  async (_what, answer) => {
    source.answers(answer);
    const tokens = open();
    await expect(tokens.ready(new Date())).rejects.toMatchObject(unavailable);
    await expect(tokens.read(token(), new Date())).rejects.toMatchObject(unavailable);
  },
);
