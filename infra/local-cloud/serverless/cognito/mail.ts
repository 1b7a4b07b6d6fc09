import type { CodePurpose } from "./codes.ts";
import type { Pool } from "./control-plane.ts";

export interface Mail {
  readonly poolId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly purpose: CodePurpose;
  /** Sent by an SES identity of the operator, not by Cognito's own with its daily quota. */
  readonly bySes: boolean;
}

/** The mail with a code, by the pool's template. */
export function codeMail(
  pool: Pool,
  { to, username, code, purpose }: { to: string; username: string; code: string; purpose: CodePurpose },
): Mail {
  const { VerificationMessageTemplate: template, EmailConfiguration: sender } = pool;
  const message =
    template?.EmailMessage ?? pool.EmailVerificationMessage ?? "Your verification code is {####}.";
  return {
    poolId: pool.Id!,
    from: sender?.From ?? "no-reply@verificationemail.com",
    to,
    subject: template?.EmailSubject ?? pool.EmailVerificationSubject ?? "Your verification code",
    text: message.replaceAll("{####}", code).replaceAll("{username}", username),
    purpose,
    bySes: sender?.EmailSendingAccount === "DEVELOPER",
  };
}
