import type { Code } from "../domain/code.ts";

export interface CodeAttempt extends Omit<Code, "expiresAt" | "hash"> {
  readonly hashes: readonly string[];
}

export interface OneTimeCodes {
  /** Keeps a code in the place of the one for the same account and purpose. */
  replace(code: Code): Promise<void>;
  /**
   * Spends the live code if one of the hashes is its own. Of any number of parallel calls with the right hash one is
   * true. False: wrong, expired, spent, or none there.
   */
  redeem(attempt: CodeAttempt, at: Date): Promise<boolean>;
}
