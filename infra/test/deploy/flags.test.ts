import { afterEach, expect, test } from "@jest/globals";
import { isSwitchedOn } from "../../deploy/flags.ts";

afterEach(() => {
  delete process.env["REPAIR"];
});

test.each([
  ["1", true],
  ["", false],
])("%j", (value, is) => {
  process.env["REPAIR"] = value;
  expect(isSwitchedOn("REPAIR")).toBe(is);
});

test("is off where nothing is said", () => {
  expect(isSwitchedOn("REPAIR")).toBe(false);
});

test.each(["yes", "true", "0"])("%s is refused: it would be taken for nothing", (value) => {
  process.env["REPAIR"] = value;
  expect(() => isSwitchedOn("REPAIR")).toThrow("REPAIR: use 1, or leave it out");
});
