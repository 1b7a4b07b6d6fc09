import type { Challenge } from "../domain/challenge.ts";

/** What the token of a challenge states. */
export type StatedChallenge = Pick<Challenge, "id" | "accountId" | "credentialVersion">;

export interface ChallengeTokens {
  /** A token that states the challenge, for `challengeLifeMs`. */
  sign(challenge: StatedChallenge, at: Date): string;
  /** The challenge that a token states. Throws `challenge_over` unless it is ours and has not expired. */
  read(token: string, at: Date): StatedChallenge;
}
