import { tidyDigits } from "./totp.ts";

/** Numbers that begin with these digits get text messages, or get none; of several beginnings the longest counts. */
export interface NumberRange {
  readonly prefix: string;
  readonly isServed: boolean;
}

export interface PhoneNumber {
  /** ITU-T E.164: + and at most 15 digits. */
  readonly number: string;
  /** The prefix by which the number is served: messages are limited by it. */
  readonly country: string;
}

/** ITU-T E.164 section 6.2.1; national numbers of fewer than 7 digits with their code are services. */
const shape = /^\+[1-9]\d{6,14}$/;

/**
 * One form for all spellings of a number: with 00 for +, the (0) that is left out from abroad, blanks, hyphens, points and
 * slashes, and digits of any script. A string is what is wrong with it, worded for the person who typed it.
 */
export function phoneNumberOf(typed: string, ranges: readonly NumberRange[]): PhoneNumber | string {
  const number = tidyDigits(typed)
    .replace("(0)", "")
    .replace(/[\p{Pd}()./]/gu, "")
    .replace(/^00/, "+");
  if (!number.startsWith("+")) return "does not begin with + and the code of the country";
  if (!shape.test(number)) return "is not a phone number";
  const digits = number.slice(1);
  const range = ranges
    .filter(({ prefix }) => digits.startsWith(prefix))
    .toSorted((one, other) => other.prefix.length - one.prefix.length)[0];
  if (!range?.isServed) return `gets no messages from here: ${served(ranges)} do`;
  if (digits.startsWith("0", range.prefix.length))
    return "has a 0 after the code of the country: leave it out";
  return { number, country: range.prefix };
}

function served(ranges: readonly NumberRange[]): string {
  const prefixes = ranges.filter(({ isServed }) => isServed).map(({ prefix }) => `+${prefix}`);
  return `numbers with ${prefixes.join(", ")}`;
}

/** All of a number that is shown, or kept as plain text. */
export function endingOf(number: string): string {
  return number.slice(-2);
}
