import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { hmacCodeGenerator } from "../../../src/adapters/hmac/code-generator.ts";

const [old, current] = [randomBytes(64), randomBytes(64)];
const until = new Date("2026-01-01T00:00:00Z");
const minutes = (count: number) => new Date(until.getTime() + count * 60_000);
const owner = { accountId: "a", purpose: "reset" } as const;

const before = hmacCodeGenerator({ current: old, former: [] });
const after = hmacCodeGenerator({ current, former: [{ key: old, until }] });

test("a code that was mailed before the secrets were rotated is valid until it expires", () => {
  const hash = before.hash("123456", owner, minutes(-1));
  expect(after.hashes("123456", owner, minutes(9))).toContain(hash);
  expect(after.hashes("123457", owner, minutes(9))).not.toContain(hash);
  expect(after.hashes("123456", owner, minutes(10))).not.toContain(hash);
});

test("a code is hashed with the key that all processes know until the handover", () => {
  expect(after.hash("123456", owner, minutes(-1))).toBe(before.hash("123456", owner, minutes(-1)));
  expect(after.hash("123456", owner, until)).not.toBe(before.hash("123456", owner, until));
});
