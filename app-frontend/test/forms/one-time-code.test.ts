import { expect, it } from "@jest/globals";
import {
  appCodeError,
  codeDigits,
  codeError,
  compact,
  recoveryCodeError,
} from "../../src/forms/one-time-code.ts";

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

it.each([
  "012345",
  "012 345",
  " 012\u00a0345 ",
  "012-345",
  "\uff10\uff11\uff12\uff13\uff14\uff15",
  "\u0660\u0661\u0662\u0663\u0664\u0665",
  "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5",
])("MFA-07 takes the code of an app %j, with its leading zero", (text) => {
  expect(appCodeError(text)).toBeUndefined();
  expect(codeDigits(text)).toBe("012345");
});

it.each(["", "12345", "1234567", "123456789012", "12345a", "\u2460\u2461\u2462\u2463\u2464x"])(
  "MFA-07 refuses %j as the code of an app",
  (text) => {
    expect(appCodeError(text)).toBeDefined();
  },
);

it.each(["ABCDE-FGHJK", "abcdefghjk", " abcde fghjk ", "ABCDE\u2013FGHJK", "\uff21BCDEFGHJK"])(
  "MFA-07 takes the recovery code %j",
  (text) => {
    expect(recoveryCodeError(text)).toBeUndefined();
    expect(compact(text).toUpperCase()).toBe("ABCDEFGHJK");
  },
);

it.each(["", "ABCDE-FGHJ", "ABCDE-FGHJKM", "ABCDE-FGHJU"])("MFA-07 refuses %j as a recovery code", (text) => {
  expect(recoveryCodeError(text)).toBeDefined();
});
