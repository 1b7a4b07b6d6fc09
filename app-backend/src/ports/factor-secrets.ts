/** Makes and reads the secrets of factors, by keys that outlive every rotation of the others. */
export interface FactorSecrets {
  /** A new TOTP secret in base 32, and as it is stored. */
  newTotp(accountId: string): { readonly secret: string; readonly sealed: string };
  /**
   * The time steps, up to `recognizedSteps` from now, at which the code of a stored secret is `code`. Throws `unavailable`
   * if the key of the secret is missing.
   */
  stepsOf(sealed: string, accountId: string, code: string, at: Date): number[];
  /** A text as it is stored for an account, and back; `open` throws `unavailable` if the key is missing. */
  seal(text: string, accountId: string): string;
  open(sealed: string, accountId: string): string;
  newRecoveryCode(): string;
  /** Random digits. */
  newTextCode(): string;
  /** A keyed hash of a recovery code of an account, in hex. */
  hash(code: string, accountId: string): string;
  /** The possible hashes of a typed code: one for each key. */
  hashes(code: string, accountId: string): string[];
}
