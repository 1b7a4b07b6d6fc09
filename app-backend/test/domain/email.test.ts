import { describe, expect, test } from "@jest/globals";
import { emailFault, emailKey, mailAddress, tidyEmail } from "../../src/domain/email.ts";

describe("an email address", () => {
  test("is shown as it was typed, trimmed and in NFC", () => {
    expect(tidyEmail("  Cafe\u0301@Example.org ")).toBe("Caf\u00e9@Example.org");
  });

  test("is the same in any case and normal form", () => {
    expect(emailKey("CAFE\u0301@EXAMPLE.ORG")).toBe(emailKey("caf\u00e9@example.org"));
  });

  test.each(["reader@example.org", "a+b@sub.example.org", "k@b\u00fccher.example"])("may be %s", (text) => {
    expect(emailFault(text)).toBeUndefined();
  });

  test.each([
    "",
    "reader",
    "reader@",
    "@example.org",
    "reader@example",
    "a@b@example.org",
    "a b@example.org",
    "a@x..org",
  ])("AUTH-29 may not be %j", (text) => expect(emailFault(text)).toBe("is not an email address"));

  test.each(["a\0da@example.org", "a\u200bda@example.org", "a\ud800@example.org", "a\nb@example.org"])(
    "AUTH-29 holds nothing invisible: %j",
    (text) => expect(emailFault(text)).toBe("is not an email address"),
  );

  test("is at most 254 long, folded too", () => {
    expect(emailFault(`${"a".repeat(242)}@example.org`)).toBeUndefined();
    expect(emailFault(`${"a".repeat(243)}@example.org`)).toBeDefined();
    expect(emailFault(`${"\u0130".repeat(242)}@example.org`)).toBeDefined();
  });

  test.each([
    ["k@b\u00fccher.example", "k@xn--bcher-kva.example"],
    ["K@B\u00dcCHER.Example", "k@xn--bcher-kva.example"],
    ["k@bu\u0308cher.example", "k@XN--BCHER-KVA.example"],
    ["k@\u65e5\u672c.\u30c6\u30b9\u30c8", "k@xn--wgv71a.xn--zckzah"],
    ["k@stra\u00dfe.example", "k@xn--strae-oqa.example"],
  ])("USE-23 is the same with its domain in Unicode and in punycode: %s", (one, other) => {
    expect(emailKey(one)).toBe(emailKey(other));
    expect(mailAddress(one)).toMatch(/^[\x21-\x7e]+$/);
    expect([emailFault(one), emailFault(other)]).toEqual([undefined, undefined]);
  });

  test("USE-23 is another with another domain or name", () => {
    const keys = ["k@bucher.example", "k@b\u00fccher.example", "l@b\u00fccher.example"].map(emailKey);
    expect(new Set(keys).size).toBe(3);
  });

  test.each(["caf\u00e9@example.org", "\u65e5\u672c@example.org"])(
    "USE-23 with letters before the @ that SES does not take is refused in those words: %s",
    (text) => expect(emailFault(text)).toBe("has letters before the @ that mail cannot be sent to"),
  );

  test.each(["k@1.2.3", "k@127.0.0.1", "k@0x7f.1", "k@xn--zz.example", "k@\uff11.\uff12.\uff13.\uff14"])(
    "USE-23 has no domain that is a number of IPv4 or no name of DNS: %s",
    (text) => expect(emailFault(text)).toBe("is not an email address"),
  );

  test.each([
    "",
    "@",
    "no address",
    "a@b@c",
    "\ud800@\ud800",
    "k@" + "\u00fc".repeat(300),
    "k@[::1]",
    "k@a/b?c#d:1",
  ])("USE-23 a key is made of anything that is typed at sign-in: %j", (text) =>
    expect(typeof emailKey(text)).toBe("string"),
  );
});
