/** The account and session of a token. */
export interface TokenHolder {
  readonly accountId: string;
  readonly sessionId: string;
}

export interface RefreshToken extends TokenHolder {
  readonly text: string;
  /** SHA-256 of the text, in hex, which is what gets stored. */
  readonly reference: string;
  readonly seed: string;
  readonly expiresAt: Date;
}

export interface Tokens {
  /** A bearer token for the API. */
  access(holder: TokenHolder, at: Date): string;
  /** The holder of a bearer token. Throws `not_signed_in` unless it is ours and valid. */
  readAccess(text: string, at: Date): TokenHolder;
  /** The first refresh token of a session. */
  firstRefresh(holder: TokenHolder, at: Date): RefreshToken;
  /** The successor of `parent` for that time and key: the same three always result in the same token. */
  nextRefresh(parent: RefreshToken, at: Date, key: string): RefreshToken;
  /** Reads a refresh token of ours, expired or not. Throws `session_ended` for anything else. */
  readRefresh(text: string, at: Date): RefreshToken;
}
