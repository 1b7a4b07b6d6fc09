import { productName } from "./product.ts";

const stepMs = 30_000;
/** RFC 6238 section 5.2: one step for the network and for clocks that differ. */
const windowSteps = 1;
/** For longer than a step that is recognized takes to come. */
export const hintedMs = 10 * 60_000;
/** How far a clock may be off for its code to be recognized, though not accepted. */
export const recognizedSteps = 10;

export const totpDigits = 6;

/** The time step of a moment: RFC 6238 section 4.2. */
export function stepAt(at: Date): number {
  return Math.floor(at.getTime() / stepMs);
}

export type TotpVerdict =
  | { readonly step: number }
  /** `drift`: of how many steps ahead the code is, if a clock is wrong. */
  | { readonly step: undefined; readonly drift: number | undefined };

/** Judges a code by the steps near `at` at which it is right. A step that was used, or is earlier, is refused: RFC 6238 section 5.2. */
export function judgeTotp(steps: readonly number[], lastStep: number, at: Date): TotpVerdict {
  const drifts = steps.filter((step) => step > lastStep).map((step) => step - stepAt(at));
  const nearest = drifts.toSorted((one, other) => Math.abs(one) - Math.abs(other))[0];
  if (nearest !== undefined && Math.abs(nearest) <= windowSteps) return { step: stepAt(at) + nearest };
  return { step: undefined, drift: nearest };
}

/** https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function otpauthUri(email: string, secret: string): string {
  const label = `${encodeURIComponent(productName)}:${encodeURIComponent(email)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(productName)}`;
}

const anyDigit = /\p{Nd}/gu;
/** Those too that are not seen, such as marks of direction. */
const blanks = /[\s\p{Cf}]/gu;

/** The digits of a code as ASCII, without blanks: keyboards type full-width and Arabic digits too. */
export function tidyDigits(typed: string): string {
  return typed
    .normalize("NFKC")
    .replace(blanks, "")
    .replace(anyDigit, (digit) => String(valueOf(digit)));
}

/** Digits of a script are ten code points in a row that begin at 0: the Unicode Standard, section 4.6. */
function valueOf(digit: string): number {
  let value = 0;
  const point = digit.codePointAt(0)!;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  return value;
}
