import type { Account } from "../domain/account.ts";

export interface Accounts {
  /** The account of that id, or undefined. */
  get(id: string): Promise<Account | undefined>;
  /** The account whose address has the same `emailKey`, or undefined. */
  getByEmail(email: string): Promise<Account | undefined>;
  /** Keeps a new account. Of any number of parallel calls for one address one wins, the others get `email_taken`. */
  add(account: Account): Promise<void>;
}
