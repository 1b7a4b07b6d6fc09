import type { AccessToken } from "./access-tokens.ts";

/** Accounts of the holders of access tokens that the identity provider signed, and not this application. */
export interface Bearers {
  /**
   * The id of the account; undefined if another issuer signed the token. Throws `not_signed_in` unless its user has one;
   * `unavailable` if that cannot be found out now. Knows nothing of revocation.
   */
  accountOf(token: AccessToken, text: string): Promise<string | undefined>;
}
