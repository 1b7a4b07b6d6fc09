/** Optional facts about a person; null if not set. */
export interface Profile {
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export const maxLengths = { username: 64, firstName: 100, lastName: 100 } as const;

/** A person. `pictureKey` is the key of the object with their picture; empty where there are no pictures. */
export interface Account extends Profile {
  readonly id: string;
  readonly email: string;
  /** Raised by each new password: sessions that were opened under a lower one are over. */
  readonly credentialVersion: number;
  readonly pictureKey: string;
  readonly confirmed: boolean;
  readonly createdAt: Date;
}

type NewAccount = Pick<Account, "id" | "email" | "confirmed" | "pictureKey" | "createdAt">;

/** An account of which nothing else is known yet. */
export function newAccount(facts: NewAccount): Account {
  return { ...facts, credentialVersion: 0, username: null, firstName: null, lastName: null };
}

/** An account as shown to its owner. */
export interface AccountView extends Profile {
  readonly id: string;
  readonly email: string;
  readonly imageUrl: string;
  readonly confirmed: boolean;
  readonly createdAt: string;
}

/** Id that stands for the account of an unknown address, so that the same calls are made for it. */
export const noAccount = "00000000-0000-0000-0000-000000000000";

/** Lists every field explicitly, so that a new column stays private by default. */
export function viewAccount(account: Account, imageUrl: string): AccountView {
  return {
    id: account.id,
    email: account.email,
    imageUrl,
    username: account.username,
    firstName: account.firstName,
    lastName: account.lastName,
    confirmed: account.confirmed,
    createdAt: account.createdAt.toISOString(),
  };
}
