import type { Account, Profile } from "../domain/account.ts";

export interface PasswordChange {
  readonly to: string;
  /** The hash that was proved; undefined where a code takes the place of a proof. */
  readonly from?: string;
  readonly keptSessionId?: string;
}

export interface Accounts {
  /** The account of that id, or undefined. */
  get(id: string): Promise<Account | undefined>;
  /** The account whose address has the same `emailKey`, or undefined. */
  getByEmail(email: string): Promise<Account | undefined>;
  /** Keeps a new account. Of any number of parallel calls for one address one wins, the others get `email_taken`. */
  add(account: Account): Promise<void>;
  /** Replaces what the profile names, and leaves the rest. */
  replaceProfile(id: string, profile: Partial<Profile>): Promise<void>;
  /** Puts `to` in the place of the picture `from`; false where `from` is no longer the picture. */
  replacePicture(id: string, from: string, to: string): Promise<boolean>;
  /** Replaces the hash, ends all sessions of the account but the kept one, and voids its reset code: all or nothing. False: the hash is another than `from` by now. */
  replacePassword(id: string, change: PasswordChange): Promise<boolean>;
  /** Notes that mail to the address arrives. */
  confirm(id: string): Promise<void>;
  /**
   * Removes the account with its sessions, codes and images. Gives the keys of all objects that were its own, those of
   * uploads that were not completed among them.
   */
  remove(id: string): Promise<string[]>;
}
