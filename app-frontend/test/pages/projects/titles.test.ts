import { expect, it } from "@jest/globals";
import { copyTitle, tidyTitle, titleError } from "../../../src/pages/projects/titles.ts";

it("PRJ-33 counts characters as the server does, and cuts none in half", () => {
  expect(titleError("\u{1f44d}".repeat(200))).toBeUndefined();
  expect(titleError("\u{1f44d}".repeat(201))).toBe("Use at most 200 characters.");
  expect(titleError("  ")).toBe("Enter a title.");
  expect(tidyTitle(" e\u0301 ")).toBe("\u00e9");
});

it("PRJ-21 gives a copy a title that is short enough", () => {
  expect([copyTitle("A talk", 1), copyTitle("A talk", 2)]).toEqual(["A talk (copy)", "A talk (copy 2)"]);
  const long = copyTitle("\u{1f44d}".repeat(200), 12);
  expect([[...long].length, titleError(long)]).toEqual([200, undefined]);
  expect(() => encodeURIComponent(long)).not.toThrow(); // as it does for half a character
});
