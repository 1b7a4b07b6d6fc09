/** What a mailed code is good for. */
export type CodePurpose = "confirm" | "reset";

export const codeLifeMs = 10 * 60_000;
export const codeDigits = 6;

/** How often one code may be shown wrongly or rightly: 5 of a million is what a guesser gets. */
export const maxCodeTries = 5;

/** A code as it is kept: by its hash. An account has one for each purpose at most. */
export interface Code {
  readonly accountId: string;
  readonly purpose: CodePurpose;
  readonly hash: string;
  readonly expiresAt: Date;
}
