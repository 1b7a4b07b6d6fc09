import type { Account, Profile } from "../domain/account.ts";
import type { ProviderIdentity } from "../domain/provider-identity.ts";

export interface Accounts {
  /** The account of that id, or undefined. */
  get(id: string): Promise<Account | undefined>;
  /** The account whose address has the same `emailKey`, or undefined. */
  getByEmail(email: string): Promise<Account | undefined>;
  /**
   * Stores a new account with the credential that the identity provider made for it. Of any number of parallel calls for
   * one address one succeeds, the others throw `email_taken`.
   */
  add(account: Account, credential: string): Promise<void>;
  /**
   * Stores a new account without a password, and the identity by which it signs in, both or neither. Of any number of
   * parallel calls for one address, or for one identity, one succeeds; the others throw `email_taken` or `identity_taken`.
   */
  addWithIdentity(account: Account, identity: ProviderIdentity): Promise<void>;
  /** Replaces the fields that the profile names, and keeps the rest. */
  replaceProfile(id: string, profile: Partial<Profile>): Promise<void>;
  /** Replaces the picture `from` by `to`; false if `from` is no longer the picture. */
  replacePicture(id: string, from: string, to: string): Promise<boolean>;
  /** Records that the address receives mail. */
  confirm(id: string): Promise<void>;
  /**
   * Marks an account as removed, wipes its record except for id and credential, and frees its address. For all methods above it is
   * gone. Idempotent; the first time counts.
   */
  markRemoved(id: string, at: Date): Promise<void>;
  /** The ids of marked accounts whose record still exists, in order, from after that id. */
  listRemoved(after: string, limit: number): Promise<string[]>;
  /** Removes the record of a marked account; idempotent. */
  remove(id: string): Promise<void>;
}
