import type { Factor, Proof } from "./factor.ts";

export const challengeLifeMs = 5 * 60_000;
/** How many codes may be tried with one challenge. */
export const maxChallengeTries = 5;
/** How many challenges of one account may be alive: the oldest is replaced. */
export const maxChallenges = 5;

/** A sign-in that lacks its second step. It is no session: nothing can be done with it but to complete it. */
export interface Challenge {
  readonly id: string;
  readonly accountId: string;
  /** The account's version at the first step: with another one the challenge is over. */
  readonly credentialVersion: number;
  /** What the first step has proven. */
  readonly proofs: readonly Proof[];
  readonly endsAt: Date;
}

/** The answer to the first step. */
export interface ChallengeView {
  readonly token: string;
  readonly factors: readonly Factor[];
  /** Seconds. */
  readonly expiresIn: number;
}
