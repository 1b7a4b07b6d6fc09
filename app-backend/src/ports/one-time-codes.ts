import type { Code, CodePurpose } from "../domain/code.ts";

export interface CodeAttempt extends Omit<Code, "expiresAt" | "hash"> {
  readonly hashes: readonly string[];
}

export interface OneTimeCodes {
  /** Stores a code, replacing the one for the same account and purpose. */
  replace(code: Code): Promise<void>;
  /** Voids the code of an account for a purpose; idempotent. */
  remove(accountId: string, purpose: CodePurpose): Promise<void>;
  /**
   * Spends the live code if one of the hashes matches. Of any number of parallel calls with the right hash one returns
   * true. False: wrong, expired, spent or missing.
   */
  redeem(attempt: CodeAttempt, at: Date): Promise<boolean>;
}
