import { AppError } from "../../domain/app-error.ts";
import type { Account } from "../../domain/account.ts";
import type { Client } from "../../domain/client.ts";
import {
  type Enrolment,
  enrolmentLifeMs,
  type FactorEventName,
  type FactorsView,
  viewFactors,
} from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import { withProofs } from "../../domain/proofs.ts";
import { after } from "../../domain/time.ts";
import { otpauthUri } from "../../domain/totp.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Challenges } from "../../ports/challenges.ts";
import type { Factors } from "../../ports/factors.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { RateLimiter } from "../rate-limiter.ts";
import { factorEvent } from "./factor-event.ts";
import type { FactorProof } from "./factor-proof.ts";
import { newRecoveryCodes } from "./new-recovery-codes.ts";
import type { StepUpUseCases } from "./step-up.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly challenges: Challenges;
  readonly factorSecrets: FactorSecrets;
  readonly factorProof: FactorProof;
  readonly stepUp: StepUpUseCases;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Mails the owner of an account what was changed. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A secret for an authenticator app, which is shown once. */
export interface NewTotp {
  /** In base 32. */
  readonly secret: string;
  readonly uri: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export type FactorUseCases = ReturnType<typeof factorUseCases>;

/** The second factors of one's own account. */
export function factorUseCases(deps: Dependencies) {
  const { accounts, sessions, factors, challenges, factorSecrets, factorProof, stepUp } = deps;
  const { rateLimiter, auditLog, notify, now, newId } = deps;

  async function get(accountId: string): Promise<FactorsView> {
    const [stored, events] = await Promise.all([factors.get(accountId), factors.listEvents(accountId)]);
    return viewFactors(stored, events);
  }

  /** Makes a secret, in place of one that was not confirmed. Throws `step_up_required`, `too_many_requests`. */
  async function enrol(holder: TokenHolder): Promise<NewTotp> {
    const { accountId } = holder;
    await stepUp.require(holder, "addFactor");
    const { email } = await existing(accountId);
    await rateLimiter.consume([limits.enrolmentOfAccount, accountId]);
    const { secret, sealed } = factorSecrets.newTotp(accountId);
    await factors.enrol(accountId, { id: newId(), secret: sealed, endsAt: after(now(), enrolmentLifeMs) });
    return { secret, uri: otpauthUri(email, secret), expiresIn: enrolmentLifeMs / 1000 };
  }

  /**
   * Puts the last secret in force by its first code and ends all other sessions, which did not prove it. Returns new
   * recovery codes. Throws `wrong_code`, `too_many_requests`; `enrolment_over` or `enrolment_replaced` if there is no such secret any longer.
   */
  async function confirm(holder: TokenHolder, code: string, client: Client): Promise<string[]> {
    const { accountId, sessionId } = holder;
    const at = now();
    const [account, session, { totp, enrolment }] = await Promise.all([
      existing(accountId),
      sessions.get(holder),
      factors.get(accountId),
    ]);
    if (!session) throw new AppError("not_signed_in", "session is gone");
    if (!enrolment || enrolment.endsAt <= at)
      throw new AppError("enrolment_over", "no secret waits for its code");
    const attempt = [limits.confirmationOfAccount, accountId] as const;
    await rateLimiter.consume(attempt);
    const step = await stepOfEnrolment(accountId, enrolment, code, at);
    const what = totp ? "totp_replaced" : "totp_added";
    const { codes, hashes } = newRecoveryCodes(factorSecrets, accountId);
    const confirmed = await factors.confirm(holder, {
      enrolmentId: enrolment.id,
      step,
      recoveryHashes: hashes,
      event: factorEvent(what, client, at),
      proven: withProofs(session, ["totp"], at),
    });
    if (!confirmed) throw new AppError("enrolment_replaced", "another secret was made or confirmed since");
    await sessions.removeOfAccount(accountId, sessionId); // they are over already
    await rateLimiter.clear(attempt);
    report(account, sessionId, what);
    return codes;
  }

  async function stepOfEnrolment(
    accountId: string,
    enrolment: Enrolment,
    code: string,
    at: Date,
  ): Promise<number> {
    const isOfReplaced =
      enrolment.replaced !== null &&
      factorSecrets.stepsOf(enrolment.replaced, accountId, code, at).length > 0;
    if (isOfReplaced) throw new AppError("enrolment_replaced", "code is that of an earlier secret");
    const step = await factorProof.stepOf(accountId, { ...enrolment, lastStep: 0 }, code, at);
    return step ?? factorProof.refuse(accountId, "code");
  }

  /** Removes the secret, and the recovery codes unless there is another factor. Throws `step_up_required`, `not_found`. */
  async function removeTotp(holder: TokenHolder, client: Client): Promise<void> {
    const { accountId, sessionId } = holder;
    await stepUp.require(holder, "removeFactor");
    const account = await existing(accountId);
    if (!(await factors.removeTotp(accountId, factorEvent("totp_removed", client, now()))))
      throw new AppError("not_found", "account has no second factor");
    await challenges.removeOfAccount(accountId);
    report(account, sessionId, "totp_removed");
  }

  /** Makes new recovery codes, and ends the former ones. Throws `step_up_required`, `not_found`. */
  async function replaceRecoveryCodes(holder: TokenHolder, client: Client): Promise<string[]> {
    const { accountId, sessionId } = holder;
    await stepUp.require(holder, "newRecoveryCodes");
    const account = await existing(accountId);
    const { codes, hashes } = newRecoveryCodes(factorSecrets, accountId);
    const event = factorEvent("recovery_codes_replaced", client, now());
    if (!(await factors.replaceRecoveryCodes(accountId, hashes, event)))
      throw new AppError("not_found", "account has no second factor");
    report(account, sessionId, "recovery_codes_replaced");
    return codes;
  }

  function report(
    account: Account,
    sessionId: string,
    what: "totp_added" | "totp_replaced" | "totp_removed" | "recovery_codes_replaced",
  ): void {
    auditLog(what, { accountId: account.id, sessionId });
    notify?.(account, what);
  }

  async function existing(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    return account;
  }

  return { get, enrol, confirm, removeTotp, replaceRecoveryCodes, noteSeen: factors.noteSeen };
}
