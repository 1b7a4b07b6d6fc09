import type { Challenge } from "../domain/challenge.ts";
import type { Spend } from "../domain/factor.ts";
import type { Session } from "../domain/session.ts";

type Key = Pick<Challenge, "id" | "accountId">;

/** Sign-ins that lack their second step, in one store with the factors and the sessions. */
export interface Challenges {
  /**
   * Stores a new challenge; may store nothing if the account is gone. Removes expired ones and all but the last
   * `maxChallenges` of the account.
   */
  add(challenge: Challenge, at: Date): Promise<void>;
  /** The challenge, unless it has expired, is spent or has no tries left. */
  get(key: Key, at: Date): Promise<Challenge | undefined>;
  /** Takes one of the tries. False if none is left: of any number of parallel calls `maxChallengeTries` return true. */
  takeTry(key: Key, at: Date): Promise<boolean>;
  /**
   * Spends a challenge and a factor and stores the session, all or nothing. Sessions are limited as `Sessions.add` limits
   * them. `over`: the challenge is spent or has expired; `wrong`: the factor is spent or unknown. Neither changes anything.
   */
  redeem(key: Key, spend: Spend, session: Session): Promise<"done" | "over" | "wrong">;
  /** Removes all challenges of an account, and returns their number; idempotent. */
  removeOfAccount(accountId: string): Promise<number>;
}
