import type { AccessToken } from "./access-tokens.ts";

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

/** A public key as others read it: a JWK (RFC 7517). */
export interface PublicKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

export interface Tokens {
  /** A bearer token for the API. */
  access(holder: TokenHolder, at: Date): string;
  /** What a bearer token states. Throws `not_signed_in` unless it is ours and valid. */
  readAccess(text: string, at: Date): AccessToken;
  /** By which bearer tokens are verified: the key that signs or is about to first, then those whose tokens are still valid. */
  publicKeys(at: Date): PublicKey[];
  /** The first refresh token of a session. */
  firstRefresh(holder: TokenHolder, at: Date): RefreshToken;
  /** The successor of `parent` for that time and key: the same three always result in the same token. */
  nextRefresh(parent: RefreshToken, at: Date, key: string): RefreshToken;
  /** Reads a refresh token of ours, expired or not. Throws `session_ended` for anything else. */
  readRefresh(text: string, at: Date): RefreshToken;
}
