import type { TokenHolder } from "./tokens.ts";

/** What an access token states that the identity provider signed. Its family is the session. */
export interface Bearer extends TokenHolder {
  /** When the person signed in: all tokens of the family have this time. */
  readonly signedInAt: Date;
  readonly expiresAt: Date;
}

/** Reads access tokens that the identity provider signed, and not this application. */
export interface Bearers {
  /**
   * What such a token states; undefined if it does not look like one. Throws `not_signed_in` unless it is valid and of an
   * account; `unavailable` if that cannot be found out now. Knows nothing of revocation.
   */
  read(text: string, at: Date): Promise<Bearer | undefined>;
}
