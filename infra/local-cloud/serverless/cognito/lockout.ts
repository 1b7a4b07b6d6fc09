import { notAuthorized } from "./answer.ts";

/** Failed sign-ins of one user. Times are in milliseconds since 1970. */
export interface Attempts {
  failed: number;
  lockedUntil: number;
  lastAt: number;
}

export const noAttempts = (): Attempts => ({ failed: 0, lockedUntil: 0, lastAt: 0 });

const freeAttempts = 5;
const longestMs = 15 * 60_000;

/**
 * Counts an attempt as failed before it is judged, so that parallel ones cannot pass the limit; refuses during a lockout.
 * After n failures it lasts 2^(n-5) seconds, at most 15 minutes; 15 minutes without any attempt end the count.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
 */
export function beginAttempt(attempts: Attempts, now: number): void {
  const idleMs = now - attempts.lastAt;
  if (attempts.failed >= freeAttempts && idleMs >= longestMs) attempts.failed = 0;
  attempts.lastAt = now;
  if (attempts.lockedUntil > now) throw notAuthorized("Password attempts exceeded");
  attempts.failed += 1;
  const seconds = 2 ** (attempts.failed - freeAttempts);
  if (attempts.failed >= freeAttempts) attempts.lockedUntil = now + Math.min(longestMs, seconds * 1000);
}

/** The attempt was right, but the person is not signed in by it: neither counted nor a reason to forget the others. */
export function uncountAttempt(attempts: Attempts): void {
  attempts.failed -= 1;
  attempts.lockedUntil = 0;
}

/** The person is signed in: the count begins again. */
export function forgetAttempts(attempts: Attempts): void {
  attempts.failed = 0;
  attempts.lockedUntil = 0;
}
