import type { PasskeyChallenge } from "../domain/passkey.ts";

export interface PasskeyChallenges {
  /** A text that states the challenge, for `passkeyLifeMs`. */
  sign(challenge: PasskeyChallenge, at: Date): string;
  /** The challenge that a text states. Throws `passkey_ended` unless it is ours and has not expired. */
  read(text: string, at: Date): PasskeyChallenge;
}
