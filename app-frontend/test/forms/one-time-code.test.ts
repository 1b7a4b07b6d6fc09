import { expect, it } from "@jest/globals";
import { codeDigits, codeError } from "../../src/forms/one-time-code.ts";

it.each(["123456789012", " 1234 5678 9012 ", "1234-5678-9012", "123456 789012", "1234\u00a05678\u00a09012"])(
  "takes the code %p",
  (text) => {
    expect(codeDigits(text)).toBe("123456789012");
    expect(codeError(text)).toBeUndefined();
  },
);

it("takes a code of six digits", () => {
  expect(codeError(" 123 456 ")).toBeUndefined();
});

it.each([
  "",
  "12345",
  "1234567",
  "12345678901",
  "1234567890123",
  "12345678901a",
  "Your code is 123456789012",
])("refuses the code %p", (text) => {
  expect(codeError(text)).toBeDefined();
});
