import { expect, test } from "@jest/globals";
import { localCredentials } from "../../../local-cloud/emulator/credentials.ts";

const clock = { now: new Date("2030-01-01T00:00:00Z") };
const credentials = localCredentials(() => clock.now);

function issued(at = "2030-01-01T00:00:00Z") {
  clock.now = new Date(at);
  return credentials.issue("backend");
}

test("the operator's key has its secret, with no token", () => {
  const { accessKeyId, secretAccessKey } = credentials.operator;
  expect(accessKeyId).toMatch(/^AKIA[0-9A-F]{16}$/);
  expect(credentials.secretFor(accessKeyId, undefined)).toBe(secretAccessKey);
});

test("a role's key has its secret, with its token", () => {
  const { accessKeyId, secretAccessKey, sessionToken } = issued();
  expect(accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
  expect(credentials.secretFor(accessKeyId, sessionToken)).toBe(secretAccessKey);
});

test("a role's key lives for an hour", () => {
  const { accessKeyId, secretAccessKey, sessionToken, expires } = issued("2030-01-01T00:00:00Z");
  expect(expires).toEqual(new Date("2030-01-01T01:00:00Z"));
  clock.now = new Date("2030-01-01T01:00:00.000Z");
  expect(credentials.secretFor(accessKeyId, sessionToken)).toBe(secretAccessKey);
  clock.now = new Date("2030-01-01T01:00:00.001Z");
  expect(credentials.secretFor(accessKeyId, sessionToken)).toBeUndefined();
});

test("every issue is another key, secret and token", () => {
  const [one, two] = [issued(), issued()];
  expect(two.accessKeyId).not.toBe(one.accessKeyId);
  expect(two.secretAccessKey).not.toBe(one.secretAccessKey);
  expect(two.sessionToken).not.toBe(one.sessionToken);
});

test("refuses a role's key without its token or with another's", () => {
  const [one, two] = [issued(), issued()];
  expect(credentials.secretFor(one.accessKeyId, undefined)).toBeUndefined();
  expect(credentials.secretFor(one.accessKeyId, two.sessionToken)).toBeUndefined();
});

test("refuses a token whose role, expiry or proof was changed", () => {
  const { accessKeyId, sessionToken } = issued();
  const [role, expires, proof] = sessionToken.split(".") as [string, string, string];
  const forged = [
    ["admin", expires, proof],
    [role, String(Number(expires) + 1), proof],
    [role, expires, proof.replace(/^./, (first) => (first === "A" ? "B" : "A"))],
    [role, expires, proof.slice(1)],
    [role, expires, ""],
    [role, expires],
    [""],
  ];
  for (const parts of forged) {
    expect(credentials.secretFor(accessKeyId, parts.join("."))).toBeUndefined();
  }
});

test("refuses a key that was never made", () => {
  expect(credentials.secretFor("AKIA0000000000000000", undefined)).toBeUndefined();
});

test("refuses what another cloud has issued", () => {
  const other = localCredentials(() => clock.now);
  const { accessKeyId, sessionToken } = other.issue("backend");
  expect(credentials.secretFor(accessKeyId, sessionToken)).toBeUndefined();
  expect(credentials.secretFor(other.operator.accessKeyId, undefined)).toBeUndefined();
});
