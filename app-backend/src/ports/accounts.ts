import type { Account, Profile } from "../domain/account.ts";

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
  /** Replaces the hash and ends all sessions of the account but `keptSessionId`, both or neither. */
  replacePassword(id: string, passwordHash: string, keptSessionId?: string): Promise<void>;
  /** Notes that mail to the address arrives. */
  confirm(id: string): Promise<void>;
  /** Removes the account with its sessions and codes; no matter if it is gone. */
  remove(id: string): Promise<void>;
}
