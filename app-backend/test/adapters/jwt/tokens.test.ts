import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import type { TokenHolder, Tokens } from "../../../src/ports/tokens.ts";

const accessSecret = randomBytes(64);
const refreshSecret = randomBytes(64);
const tokens = jwtTokens({
  accessSecrets: { current: accessSecret, former: [] },
  refreshSecrets: { current: refreshSecret, former: [] },
  newId: randomUUID,
});

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

const holderIn = (by: Tokens, text: string, when: Date): TokenHolder => {
  const { subject: accountId, sessionId } = by.readAccess(text, when);
  return { accountId, sessionId };
};
const refusal = expect.objectContaining({ code: "not_signed_in" });
const read =
  (text: string, when = at) =>
  () =>
    holderIn(tokens, text, when);

describe("an access token", () => {
  test("JWT-09 names its holder, and nothing about the person", () => {
    const text = tokens.access(holder, at);
    expect(holderIn(tokens, text, at)).toEqual(holder);
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

  test("the forging helper of these tests also makes valid ones", () => {
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
  test("SESS-11 is not accepted as an access token, nor the other way round", () => {
    expect(read(tokens.firstRefresh(holder, at).text)).toThrow(refusal);
    const ended = expect.objectContaining({ code: "session_ended" });
    expect(() => tokens.readRefresh(tokens.access(holder, at), at)).toThrow(ended);
  });

  test("reads back as what it was, expired or not", () => {
    const token = tokens.firstRefresh(holder, at);
    expect(tokens.readRefresh(token.text, at)).toEqual(token);
    expect(tokens.readRefresh(token.text, seconds(15 * 24 * 3600))).toEqual(token);
  });

  test("has one successor at a given time by a given key, so that a retry finds the same generation", () => {
    const parent = tokens.firstRefresh(holder, at);
    const next = tokens.nextRefresh(parent, seconds(9), "key");
    expect(tokens.nextRefresh(parent, seconds(9), "key")).toEqual(next);
    expect(tokens.nextRefresh(parent, seconds(9), "another").reference).not.toBe(next.reference);
    expect(tokens.nextRefresh(parent, at, "key").reference).not.toBe(parent.reference);
  });

  test("JWT-10 two sessions begin with different tokens", () => {
    expect(tokens.firstRefresh(holder, at).reference).not.toBe(tokens.firstRefresh(holder, at).reference);
  });
});

describe("after the secrets were rotated", () => {
  const until = seconds(60);
  const ring = (secret: Buffer) => ({ current: randomBytes(64), former: [{ key: secret, until }] });
  const after = jwtTokens({
    accessSecrets: ring(accessSecret),
    refreshSecrets: ring(refreshSecret),
    newId: randomUUID,
  });
  const day = 24 * 3600;

  test("an access token of the previous key is valid until it expires", () => {
    const text = tokens.access(holder, seconds(59));
    expect(holderIn(after, text, seconds(59 + 604))).toEqual(holder);
    expect(() => after.readAccess(text, seconds(59 + 605))).toThrow(refusal);
  });

  test("JWT-08 the previous key is accepted until the tokens that it signed expire", () => {
    const forged = forge({ iat: iat + 60, exp: iat + 90 * day });
    expect(holderIn(after, forged, seconds(60 + 604))).toEqual(holder);
    expect(() => after.readAccess(forged, seconds(60 + 605))).toThrow(refusal);
    const refresh = tokens.firstRefresh(holder, at);
    const ended = expect.objectContaining({ code: "session_ended" });
    expect(after.readRefresh(refresh.text, seconds(60 + 14 * day))).toEqual(refresh);
    expect(() => after.readRefresh(refresh.text, seconds(60 + 14 * day + 5))).toThrow(ended);
  });

  test("all processes sign with the previous key until the handover, and with the new one from then on", () => {
    expect(holderIn(tokens, after.access(holder, seconds(59)), seconds(59))).toEqual(holder);
    expect(read(after.access(holder, until), until)).toThrow(refusal);
  });

  test("a retry finds the same generation, although the key has changed since", () => {
    const parent = tokens.firstRefresh(holder, at);
    const [before, since] = [seconds(59), until].map((time) => [
      tokens.nextRefresh(parent, time, "key"),
      after.nextRefresh(parent, time, "key"),
    ]);
    expect(before![1]).toEqual(before![0]);
    expect(since![1]!.reference).not.toBe(since![0]!.reference);
  });

  test("after two rotations in a row both previous keys are valid", () => {
    const [second, third] = [randomBytes(64), randomBytes(64)];
    const former = [
      { key: accessSecret, until },
      { key: second, until: seconds(70) },
    ];
    const twice = jwtTokens({
      accessSecrets: { current: third, former },
      refreshSecrets: ring(refreshSecret),
      newId: randomUUID,
    });
    for (const time of [0, 65, 75]) {
      expect(holderIn(twice, twice.access(holder, seconds(time)), seconds(100))).toEqual(holder);
    }
    expect(holderIn(tokens, twice.access(holder, seconds(59)), seconds(59))).toEqual(holder);
    expect(read(twice.access(holder, seconds(65)), seconds(65))).toThrow(refusal);
  });
});
