/** What a mailed code may be used for. */
export type CodePurpose = "confirm" | "reset";

export const codeLifeMs = 10 * 60_000;
/**
 * Long enough that attempts need no limit per account, only per network: with one, strangers could use up the attempts
 * of the person who has the code.
 */
export const codeDigits = 12;
/** Ours, or those of Amazon Cognito, which has six and limits attempts itself. */
export const codeShape = /^(\d{6}|\d{12})$/;

/** What a person has to know of the codes of an identity provider. */
export interface CodeFormat {
  readonly digits: number;
  readonly lifeMs: Readonly<Record<CodePurpose, number>>;
}

/** A stored code: only its hash. An account has at most one for each purpose. */
export interface Code {
  readonly accountId: string;
  readonly purpose: CodePurpose;
  readonly hash: string;
  readonly expiresAt: Date;
}
