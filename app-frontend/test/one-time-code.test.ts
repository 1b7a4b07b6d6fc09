import { expect, it } from "@jest/globals";
import { codeDigits, codeError } from "../src/one-time-code.ts";

it.each(["123456", " 123 456 ", "123-456", "1 2 3 4 5 6", "123\u00a0456"])("takes the code %p", (text) => {
  expect(codeDigits(text)).toBe("123456");
  expect(codeError(text)).toBeUndefined();
});

it.each(["", "12345", "1234567", "12345a", "Your code is 123456"])("refuses the code %p", (text) => {
  expect(codeError(text)).toBeDefined();
});
