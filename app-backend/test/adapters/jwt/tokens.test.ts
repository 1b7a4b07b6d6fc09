import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";

const accessSecret = randomBytes(64);
const refreshSecret = randomBytes(64);
const tokens = jwtTokens({ accessSecret, refreshSecret, newId: randomUUID });

const at = new Date("2026-01-01T00:00:00Z");
const seconds = (count: number) => new Date(at.getTime() + count * 1000);
const holder = { accountId: "account", sessionId: "session" };

const iat = at.getTime() / 1000;
const claims = {
  sub: "account",
  sid: "session",
  jti: "j",
  iss: "tintype",
  aud: "tintype-api",
  iat,
  exp: iat + 600,
};

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function forge(changes: object, header: object = {}): string {
  return jwt.sign(JSON.stringify({ ...claims, ...changes }), accessSecret, {
    header: { alg: "HS256", typ: "at+jwt", ...header },
  });
}

const refusal = expect.objectContaining({ code: "not_signed_in" });
const read =
  (text: string, when = at) =>
  () =>
    tokens.readAccess(text, when);

describe("an access token", () => {
  test("says who holds it, and nothing about the person", () => {
    const text = tokens.access(holder, at);
    expect(tokens.readAccess(text, at)).toEqual(holder);
    expect(Object.keys(jwt.decode(text) as object).sort()).toEqual([
      "aud",
      "exp",
      "iat",
      "iss",
      "jti",
      "sid",
      "sub",
    ]);
  });

  test("the forger of these tests makes good ones too", () => {
    expect(read(forge({}))()).toEqual(holder);
  });

  test.each(["none", "None", "NONE", "nOnE", ""])("JWT-01 is refused with alg %j", (alg) => {
    expect(read(`${base64url({ alg, typ: "at+jwt" })}.${base64url(claims)}.`)).toThrow(refusal);
  });

  test("JWT-01 is refused without alg, and signed by another family or size", () => {
    const [, payload, signature] = forge({}).split(".");
    expect(read(`${base64url({ typ: "at+jwt" })}.${payload}.${signature}`)).toThrow(refusal);
    expect(read(forge({}, { alg: "HS512" }))).toThrow(refusal);
    expect(read(`${base64url({ alg: "RS256", typ: "at+jwt" })}.${payload}.${signature}`)).toThrow(refusal);
  });

  test("JWT-04 lives 10 minutes and a leeway of 5 seconds, to the second", () => {
    expect(read(forge({}), seconds(604))()).toEqual(holder);
    expect(read(forge({}), seconds(605))).toThrow(refusal);
  });

  test.each([undefined, "9999999999", 1e400, -1, null])("JWT-04 is refused with exp %j", (exp) => {
    expect(read(forge({ exp }))).toThrow(refusal);
  });

  test("JWT-04 is refused when issued or valid only beyond the leeway", () => {
    expect(read(forge({ iat: iat + 5 }))()).toEqual(holder);
    expect(read(forge({ iat: iat + 6 }))).toThrow(refusal);
    expect(read(forge({ nbf: iat + 6 }))).toThrow(refusal);
  });

  test.each([
    { iss: "else" },
    { aud: "tintype-session" },
    { iss: undefined },
    { aud: undefined },
    { sid: undefined },
  ])("JWT-05 is refused with %j", (change) => expect(read(forge(change))).toThrow(refusal));

  test.each(["rt+jwt", "JWT", undefined])("JWT-05 is refused with typ %s", (typ) => {
    expect(read(forge({}, { typ }))).toThrow(refusal);
  });

  test.each(["", "a.b.c", "..", "\0"])("is refused when it is no token: %j", (text) => {
    expect(read(text)).toThrow(refusal);
  });
});

describe("a refresh token", () => {
  test("SESS-11 never passes for an access token, nor the other way round", () => {
    expect(read(tokens.firstRefresh(holder, at).text)).toThrow(refusal);
    const ended = expect.objectContaining({ code: "session_ended" });
    expect(() => tokens.readRefresh(tokens.access(holder, at), at)).toThrow(ended);
  });

  test("reads back as what it was, expired or not", () => {
    const token = tokens.firstRefresh(holder, at);
    expect(tokens.readRefresh(token.text, at)).toEqual(token);
    expect(tokens.readRefresh(token.text, seconds(15 * 24 * 3600))).toEqual(token);
  });

  test("has one successor at a given time, so that a retry finds the same generation", () => {
    const parent = tokens.firstRefresh(holder, at);
    expect(tokens.nextRefresh(parent, seconds(9))).toEqual(tokens.nextRefresh(parent, seconds(9)));
    expect(tokens.nextRefresh(parent, at).reference).not.toBe(parent.reference);
  });

  test("two sessions begin with different tokens", () => {
    expect(tokens.firstRefresh(holder, at).reference).not.toBe(tokens.firstRefresh(holder, at).reference);
  });
});
