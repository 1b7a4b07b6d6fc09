import type { Spend } from "../domain/factor.ts";

/** The password hashes of our own identity provider. `Accounts.add` stores the first one, its credential. */
export interface PasswordHashes {
  /** The hash of an account; undefined if there is no such account, or it has no password. */
  get(accountId: string): Promise<string | undefined>;
  /**
   * Replaces the hash and raises the credential version of the account, atomically. Returns the new version; undefined,
   * and changes nothing, if the account is gone, its version is no longer `from`, or `spend` is spent or unknown.
   */
  replace(accountId: string, change: HashChange): Promise<number | undefined>;
  /** Removes the hash of an account; idempotent. */
  remove(accountId: string): Promise<void>;
}

export interface HashChange {
  readonly to: string;
  /** The credential version of the password that was verified; undefined if a code was used instead. */
  readonly from?: number | undefined;
  /** A factor that is spent by the same write. */
  readonly spend?: Spend | undefined;
}
