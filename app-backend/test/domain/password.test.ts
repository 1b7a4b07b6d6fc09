import { describe, expect, test } from "@jest/globals";
import { passwordFault } from "../../src/domain/password.ts";

describe("a new password", () => {
  test("AUTH-03 needs 8 characters, counted as people count them", () => {
    expect(passwordFault("1234567")).toBe("needs at least 8 characters");
    expect(passwordFault("🐎".repeat(7))).toBe("needs at least 8 characters");
    expect(passwordFault("🐎".repeat(8))).toBeUndefined();
  });

  test.each(["aaaaaaaa", "        ", "nul\0inside", "x".repeat(1024)])(
    "AUTH-03 obeys no composition rule: %j",
    (text) => expect(passwordFault(text)).toBeUndefined(),
  );

  test("holds no half of a surrogate pair", () => {
    expect(passwordFault("long enough \ud83d")).toBe("holds broken characters");
  });
});
