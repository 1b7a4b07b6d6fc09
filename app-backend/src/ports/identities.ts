/** A user of the identity provider, as an operator sees it. */
export interface ListedIdentity {
  readonly id: string;
  readonly email: string;
  readonly createdAt: Date;
}

/** All users of the identity provider, to compare them with the accounts. */
export interface Identities {
  /** All of them, a page at a time. */
  pages(): AsyncIterable<readonly ListedIdentity[]>;
  /** Whether an account with that credential is the user's. */
  isOf(credential: string | undefined, id: string): boolean;
  /** Removes a user by its id; idempotent. */
  remove(id: string): Promise<void>;
}
