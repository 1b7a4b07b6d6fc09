import type { CodePurpose } from "../domain/code.ts";

/** What an identity provider has to know of an account. */
export interface Identity {
  readonly id: string;
  readonly email: string;
}

/**
 * Knows passwords and mailed codes, by the id of their account. An id of undefined stands for an address without an
 * account: it is refused after the same work. Limits, the audit log and addresses are the caller's.
 */
export interface IdentityProvider {
  /**
   * Prepares the password of a new account. Returns the credential that `Accounts.add` stores with the account; an empty
   * one if the provider stores everything itself. Throws `unavailable`.
   */
  signUp(account: Identity, password: string): Promise<string>;
  /** Whether that is the password of the account. Throws `unavailable`. */
  authenticate(accountId: string | undefined, password: string): Promise<boolean>;
  /** Mails a code, which replaces the one for the same account and purpose. */
  requestCode(purpose: CodePurpose, account: Identity): Promise<void>;
  /** Spends a code that confirms the address. Exactly one of any number of parallel calls with one code returns true. */
  confirm(accountId: string | undefined, code: string): Promise<boolean>;
  /**
   * Spends a reset code and replaces the password, as `setPassword` does. False: the code is wrong, expired or spent.
   * Throws `unavailable`, and does not spend the code, if no password can be set now.
   */
  reset(accountId: string | undefined, code: string, password: string): Promise<boolean>;
  /**
   * Replaces the password of an account, voids its reset code, and raises its credential version so that no session
   * outlives the password that it was opened with. Returns the new version; undefined, and changes no password, if the
   * account is gone or its version is no longer `from`.
   */
  setPassword(accountId: string, password: string, from: number): Promise<number | undefined>;
  /** Removes password and codes of an account; idempotent. */
  remove(accountId: string): Promise<void>;
}
