/** What an access token states. */
export interface AccessToken {
  readonly issuer: string;
  /** The account if it is ours, else the user of the identity provider. */
  readonly subject: string;
  /** The session if it is ours, else the family of the identity provider's tokens. */
  readonly sessionId: string;
  readonly expiresAt: Date;
  /** All tokens of a family of the identity provider have this time. Undefined: ours do not state it. */
  readonly signedInAt: Date | undefined;
}

/** Reads access tokens of one issuer, or of several. Knows neither sessions nor what their holder may do. */
export interface AccessTokens {
  /** Throws `not_signed_in` unless the token is valid; `unavailable` if that cannot be found out now. */
  read(text: string, at: Date): Promise<AccessToken>;
  /** Resolves if tokens can be read. Throws `unavailable`. */
  ready(at: Date): Promise<void>;
}
