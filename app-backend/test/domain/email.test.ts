import { describe, expect, test } from "@jest/globals";
import { emailKey, isEmail, tidyEmail } from "../../src/domain/email.ts";

describe("an email address", () => {
  test("is shown as it was typed, trimmed and in NFC", () => {
    expect(tidyEmail("  Cafe\u0301@Example.org ")).toBe("Caf\u00e9@Example.org");
  });

  test("is the same in any case and normal form", () => {
    expect(emailKey("CAFE\u0301@EXAMPLE.ORG")).toBe(emailKey("caf\u00e9@example.org"));
  });

  test.each(["reader@example.org", "a+b@sub.example.org", "caf\u00e9@b\u00fccher.example"])(
    "may be %s",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  test.each([
    "",
    "reader",
    "reader@",
    "@example.org",
    "reader@example",
    "a@b@example.org",
    "a b@example.org",
    "a@x..org",
  ])("may not be %j", (text) => expect(isEmail(text)).toBe(false));

  test.each(["a\0da@example.org", "a\u200bda@example.org", "a\ud800@example.org", "a\nb@example.org"])(
    "holds nothing invisible: %j",
    (text) => expect(isEmail(text)).toBe(false),
  );

  test("is at most 254 long, folded too", () => {
    expect(isEmail(`${"a".repeat(242)}@example.org`)).toBe(true);
    expect(isEmail(`${"a".repeat(243)}@example.org`)).toBe(false);
    expect(isEmail(`${"\u0130".repeat(242)}@example.org`)).toBe(false);
  });
});
