import { describe, expect, test } from "@jest/globals";
import { argon2Passwords } from "../../../src/adapters/argon2/passwords.ts";

const passwords = argon2Passwords();

describe("argon2 passwords", () => {
  test("AUTH-01 the hash is argon2id with OWASP's parameters and its own 16-byte salt", async () => {
    const [one, two] = await Promise.all([passwords.hash("the same one"), passwords.hash("the same one")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$/);
    expect(one).not.toBe(two);
  });

  test.each([
    ["equal in 72 bytes", `${"x".repeat(72)}a`, `${"x".repeat(72)}b`],
    ["with a NUL", "before\0after", "before\0later"],
    ["of 128 characters", "y".repeat(128), "y".repeat(127)],
    ["of emoji", "🐎🔋📎🐎🔋📎🐎🔋", "🐎🔋📎🐎🔋📎🐎📎"],
    ["with outer spaces", " spaces ", "spaces"],
  ])("AUTH-02 passwords %s are distinct and exact", async (_name, password, other) => {
    const hash = await passwords.hash(password);
    expect(await passwords.matches(hash, password)).toBe(true);
    expect(await passwords.matches(hash, other)).toBe(false);
  });

  test("nothing matches without a hash", async () => {
    expect(await passwords.matches(undefined, "anything")).toBe(false);
  });
});
