/** A person. `pictureKey` names the object that holds their picture. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly pictureKey: string;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly confirmed: boolean;
  readonly createdAt: Date;
}

/** An account as its owner gets to see it. */
export interface AccountView {
  readonly id: string;
  readonly email: string;
  readonly imageUrl: string;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly confirmed: boolean;
  readonly createdAt: string;
}

/** Names every field it shows, so that a new column stays private until somebody decides otherwise. */
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
