import type { Account } from "../domain/account.ts";
import type { CodeFormat, CodePurpose } from "../domain/code.ts";
import type { Spend } from "../domain/factor.ts";

/** What an identity provider has to know of an account. */
export type Identity = Pick<Account, "id" | "email" | "confirmed" | "credentialVersion">;

/**
 * Knows passwords and mailed codes of accounts. Undefined stands for an address without an account: it is refused after
 * the same work. Limits, the audit log and the look-up of accounts are the caller's.
 */
export interface IdentityProvider {
  readonly codeFormat: CodeFormat;
  /** Whether an account without a password gets codes too: otherwise its address has to be proven elsewhere. */
  readonly mailsAll: boolean;
  /**
   * Prepares the password of a new account. Returns the credential that `Accounts.add` stores with the account. Throws
   * `unavailable`; `invalid_input` if the provider refuses the password.
   */
  signUp(account: Identity, password: string): Promise<string>;
  /** Takes back a sign-up whose account was not added, by the credential that it returned; idempotent. */
  withdraw(account: Identity, credential: string): Promise<void>;
  /** Whether the account has a password, by its record alone. */
  hasPassword(accountId: string): Promise<boolean>;
  /** Whether that is the password of the account: never, if it has none. Throws `unavailable`. */
  authenticate(account: Identity | undefined, password: string): Promise<boolean>;
  /**
   * Mails a code, which replaces the one for the same account and purpose. An account without a password gets one for
   * `reset` only if it has recovery codes: without them the code would be of no use.
   */
  requestCode(purpose: CodePurpose, account: Identity, hasRecoveryCodes?: boolean): Promise<void>;
  /** Spends a code that confirms the address. Exactly one of any number of parallel calls with one code returns true. */
  confirm(account: Identity | undefined, code: string): Promise<boolean>;
  /**
   * Spends a reset code and replaces the password, as `setPassword` does. False: the code is wrong, expired or spent, or
   * the account has no password: mail alone does not open it. With `recovery` such an account gets its first password, and
   * the recovery code is spent by the write that sets it; false if that is wrong, too, and the mailed code is spent then.
   * Throws `unavailable`, and does not spend the code, if no password can be set now. A provider that cannot know whether
   * it has set one raises the version.
   */
  reset(account: Identity | undefined, code: string, password: string, recovery?: Spend): Promise<boolean>;
  /**
   * Replaces the password of an account, voids its reset code, and raises its credential version so that no session
   * outlives the password that it was opened with. Returns the new version; undefined, and changes no password, if the
   * account is gone or its version is no longer the one given. Throws `not_confirmed` if the provider cannot replace the
   * password of an address that is not confirmed.
   */
  setPassword(account: Identity, password: string): Promise<number | undefined>;
  /** Removes password and codes of an account, which may be marked as removed; idempotent. */
  remove(accountId: string): Promise<void>;
}
