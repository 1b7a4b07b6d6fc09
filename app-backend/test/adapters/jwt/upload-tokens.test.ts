import { createSecretKey, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import { jwtUploadTokens } from "../../../src/adapters/jwt/upload-tokens.ts";
import { pictureOf } from "../../../src/domain/upload.ts";

const secret = randomBytes(64);
const tokens = jwtUploadTokens({ current: secret, former: [] });
const key = Buffer.from(hkdfSync("sha256", secret, "", "tintype uploads", 32));

const at = new Date("2026-01-01T00:00:00Z");
const seconds = (count: number) => new Date(at.getTime() + count * 1000);
const upload = { key: "incoming/1", contentType: "image/png", bytes: 70 };
const iat = at.getTime() / 1000;
const claims = { sub: "registration", ...upload, iat, exp: iat + 900, iss: "tintype", aud: "tintype-upload" };

function forge(changes: object, header: object = {}, by = key): string {
  return jwt.sign(JSON.stringify({ ...claims, ...changes }), createSecretKey(by), {
    header: { alg: "HS256", typ: "upload+jwt", ...header },
  });
}

const refusal = expect.objectContaining({ code: "upload_ended" });
const read =
  (token: string, when = at) =>
  () =>
    tokens.read(token, "registration", when);

describe("the token of an upload", () => {
  test("UPL-31 states key, type and size", () => {
    expect(read(tokens.sign(upload, "registration", at))()).toEqual(upload);
    expect(read(forge({}))()).toEqual(upload); // the forging helper of these tests also makes valid ones
  });

  test("UPL-31 is for one purpose, and one account", () => {
    const own = tokens.sign(upload, pictureOf("a"), at);
    expect(tokens.read(own, pictureOf("a"), at)).toEqual(upload);
    expect(() => tokens.read(own, pictureOf("b"), at)).toThrow(refusal);
    expect(read(own)).toThrow(refusal);
    expect(() => tokens.read(tokens.sign(upload, "registration", at), pictureOf("a"), at)).toThrow(refusal);
  });

  test("UPL-31 lives 15 minutes and a leeway of 5 seconds, to the second", () => {
    const token = tokens.sign(upload, "registration", at);
    expect(read(token, seconds(904))()).toEqual(upload);
    expect(read(token, seconds(905))).toThrow(refusal);
  });

  test.each(["key", "contentType", "bytes", "sub", "exp", "iat", "aud", "iss"])(
    "UPL-31 is refused without %s",
    (claim) => expect(read(forge({ [claim]: undefined }))).toThrow(refusal),
  );

  test.each([{ bytes: -1 }, { bytes: "70" }, { bytes: 1.5 }, { key: 7 }, { contentType: ["image/png"] }])(
    "UPL-31 is refused with %j",
    (change) => expect(read(forge(change))).toThrow(refusal),
  );

  test("UPL-31 is refused with a statement that was changed, or signed by another key", () => {
    const [header, , signature] = tokens.sign(upload, "registration", at).split(".");
    const changed = { ...claims, key: "images/1", bytes: 10 };
    const payload = Buffer.from(JSON.stringify(changed)).toString("base64url");
    expect(read(`${header}.${payload}.${signature}`)).toThrow(refusal);
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "upload+jwt" })).toString("base64url");
    expect(read(`${none}.${payload}.`)).toThrow(refusal);
    expect(read(forge({}, { alg: "HS512" }))).toThrow(refusal);
    expect(read(forge({}, {}, randomBytes(32)))).toThrow(refusal);
    expect(read(forge({}, {}, secret))).toThrow(refusal); // the secret itself signs no upload
  });

  test.each(["", "a.b.c", "..", "\0"])("UPL-31 is refused when it is no token: %j", (text) => {
    expect(read(text)).toThrow(refusal);
  });

  test("UPL-31, SESS-11 is not accepted as a token of a session, nor the other way round", () => {
    const ring = { current: secret, former: [] };
    const ofSessions = jwtTokens({ accessSecrets: ring, refreshSecrets: ring, newId: randomUUID });
    const holder = { accountId: "registration", sessionId: "session" };
    expect(read(ofSessions.access(holder, at))).toThrow(refusal);
    expect(read(ofSessions.firstRefresh(holder, at).text)).toThrow(refusal);
    const token = tokens.sign(upload, "registration", at);
    expect(() => ofSessions.readAccess(token, at)).toThrow();
    expect(() => ofSessions.readRefresh(token, at)).toThrow();
  });

  test("UPL-31 stays valid when the secrets rotate, until it expires", () => {
    const until = seconds(60);
    const after = jwtUploadTokens({ current: randomBytes(64), former: [{ key: secret, until }] });
    const token = tokens.sign(upload, "registration", seconds(59));
    expect(after.read(token, "registration", seconds(59 + 904))).toEqual(upload);
    expect(() => after.read(token, "registration", seconds(59 + 905))).toThrow(refusal);
    expect(read(after.sign(upload, "registration", seconds(59)), seconds(59))()).toEqual(upload);
    expect(read(after.sign(upload, "registration", until), until)).toThrow(refusal);
    const forged = forge({ iat: iat + 61, exp: iat + 10_000 });
    expect(() => after.read(forged, "registration", seconds(60 + 905))).toThrow(refusal);
  });
});
