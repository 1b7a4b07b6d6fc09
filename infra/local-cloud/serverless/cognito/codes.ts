import { CognitoError } from "./answer.ts";

/** Why a code is mailed: to confirm a new user, or to reset a password. */
export type CodePurpose = "confirm" | "reset";

export interface Code {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

const hourMs = 3_600_000;
/** https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html, "Resource quotas". */
const lifetimesMs: Readonly<Record<CodePurpose, number>> = { confirm: 24 * hourMs, reset: hourMs };

type Codes = Map<CodePurpose, Code>;

/** A new code of six digits; the former one for the same purpose is void. */
export function issueCode(
  codes: Codes,
  purpose: CodePurpose,
  { now, random }: { now: number; random: (bytes: number) => Buffer },
): string {
  const text = String(random(6).readUIntBE(0, 6) % 1_000_000).padStart(6, "0");
  codes.set(purpose, { text, endsAt: now + lifetimesMs[purpose] });
  return text;
}

/** Refuses a code that is wrong, late or was never issued. It stays valid until `spendCode`. */
export function checkCode(codes: Codes, purpose: CodePurpose, text: string, now: number): void {
  const code = codes.get(purpose);
  if (code === undefined || code.endsAt <= now) throw expiredCode();
  if (code.text !== text) throw codeMismatch();
}

/** A code is good once. */
export const spendCode = (codes: Codes, purpose: CodePurpose) => void codes.delete(purpose);

export const codeMismatch = () =>
  new CognitoError("CodeMismatchException", "Invalid verification code provided, please try again.");

export const expiredCode = () =>
  new CognitoError("ExpiredCodeException", "Invalid code provided, please request a code again.");

/**
 * Counts requests for codes and tries of codes by name, whether there is such a user or not.
 * AWS allows 5 to 20 in an hour, by a risk that it does not publish:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
 */
export function codeLimits(perHour: number) {
  const times = new Map<string, number[]>();
  return (purpose: CodePurpose, name: string, now: number): void => {
    const key = `${purpose} ${name}`;
    const recent = (times.get(key) ?? []).filter((time) => time > now - hourMs);
    if (recent.length >= perHour) {
      throw new CognitoError("LimitExceededException", "Attempt limit exceeded, please try after some time.");
    }
    times.set(key, [...recent, now]);
  };
}
