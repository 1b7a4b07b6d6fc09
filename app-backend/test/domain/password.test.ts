import { describe, expect, test } from "@jest/globals";
import { commonPasswords } from "../../src/domain/common-passwords.ts";
import { passwordFault } from "../../src/domain/password.ts";
import { productName } from "../../src/domain/product.ts";

const name = productName.toLowerCase();

describe("a new password", () => {
  test("AUTH-03 needs 8 characters, counted as people count them", () => {
    expect(passwordFault("1234567")).toBe("needs at least 8 characters");
    expect(passwordFault("🐎".repeat(7))).toBe("needs at least 8 characters");
    expect(passwordFault("🐎".repeat(8))).toBeUndefined();
  });

  test.each(["aaaaaaaa", "a      a", "nul\0inside", "x".repeat(256)])(
    "AUTH-03 obeys no composition rule: %j",
    (text) => expect(passwordFault(text)).toBeUndefined(),
  );

  test.each([` 12345678`, `12345678\u00a0`, "\t12345678", "        ", "1234\n5678", "1234\u20285678"])(
    "AUTH-03 has no blank at either end and no line break, as Amazon Cognito takes none: %j",
    (text) => expect(passwordFault(text)).toBe("begins or ends with a blank, or has a line break"),
  );

  test("AUTH-03 has at most 256 characters, as many as Amazon Cognito takes", () => {
    expect(passwordFault("x".repeat(257))).toBe("has more than 256 characters");
    expect(passwordFault("🐎".repeat(129))).toBe("has more than 256 characters");
  });

  test.each(["password", "PassWord1", "1q2w3e4r5t", "iloveyou"])(
    "AUTH-03 is not one of the commonest: %s",
    (text) => expect(passwordFault(text)).toMatch(/tried first/),
  );

  test("AUTH-03 the list holds 3000, each long enough to be chosen", () => {
    expect(commonPasswords.size).toBe(3000);
    expect([...commonPasswords].filter((text) => text.length < 8 || text !== text.toLowerCase())).toEqual([]);
  });

  test.each([`${name}1`, `${productName}!!!`, "ada.lovelace", "Ada.Lovelace1", "ada.lovelace@example.org"])(
    "AUTH-03 is not the site's name nor the person's address: %s",
    (text) => expect(passwordFault(text, "Ada.Lovelace@example.org")).toMatch(/too close/),
  );

  test("AUTH-03 may hold either as a part of something longer", () => {
    expect(passwordFault(`my ${name} in silver`, "ada@example.org")).toBeUndefined();
    expect(passwordFault("ada and charles", "ada@example.org")).toBeUndefined();
  });

  test("has no lone surrogate", () => {
    expect(passwordFault("long enough \ud83d")).toBe("holds broken characters");
  });
});
