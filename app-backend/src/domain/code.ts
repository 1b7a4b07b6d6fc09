/** What a mailed code is good for. */
export type CodePurpose = "confirm" | "reset";

export const codeLifeMs = 10 * 60_000;
/**
 * So many that tries need no limit of their own, beside that of a client's network: with one, strangers could use up the
 * tries of the person who holds the code.
 */
export const codeDigits = 12;

/** A code as it is kept: by its hash. An account has one for each purpose at most. */
export interface Code {
  readonly accountId: string;
  readonly purpose: CodePurpose;
  readonly hash: string;
  readonly expiresAt: Date;
}
