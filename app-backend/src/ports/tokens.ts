/** Whom a token speaks for. */
export interface TokenHolder {
  readonly accountId: string;
  readonly sessionId: string;
}

export interface RefreshToken extends TokenHolder {
  readonly text: string;
  /** SHA-256 of the text, in hex: what may be stored. */
  readonly reference: string;
  readonly seed: string;
  readonly expiresAt: Date;
}

export interface Tokens {
  /** A bearer token for the API. */
  access(holder: TokenHolder, at: Date): string;
  /** Who holds the bearer token. Throws `not_signed_in` for all that is not one of ours and in force. */
  readAccess(text: string, at: Date): TokenHolder;
  /** The first refresh token of a session. */
  firstRefresh(holder: TokenHolder, at: Date): RefreshToken;
  /** The token that follows `parent` when rotated at that time with that key: the same three always give the same token. */
  nextRefresh(parent: RefreshToken, at: Date, key: string): RefreshToken;
  /** A refresh token of ours, expired or not. Throws `session_ended` for all else. */
  readRefresh(text: string, at: Date): RefreshToken;
}
