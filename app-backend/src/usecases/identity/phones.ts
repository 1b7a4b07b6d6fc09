import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import type { FactorEventName, Phone, StoredFactors } from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import { endingOf } from "../../domain/phone-number.ts";
import { withProofs } from "../../domain/proofs.ts";
import { textCodeLifeMs, type TextView } from "../../domain/text-message.ts";
import { after } from "../../domain/time.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Challenges } from "../../ports/challenges.ts";
import type { ChallengeTokens } from "../../ports/challenge-tokens.ts";
import type { Factors } from "../../ports/factors.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { RateLimiter } from "../rate-limiter.ts";
import { factorEvent } from "./factor-event.ts";
import type { FactorProof } from "./factor-proof.ts";
import { newRecoveryCodes } from "./new-recovery-codes.ts";
import type { StepUpUseCases } from "./step-up.ts";
import type { TextCodeUseCases } from "./text-codes.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly challenges: Challenges;
  readonly challengeTokens: ChallengeTokens;
  readonly factorSecrets: FactorSecrets;
  readonly factorProof: FactorProof;
  readonly stepUp: StepUpUseCases;
  readonly textCodes: TextCodeUseCases;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Mails the owner of an account what was changed. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly afterAnswer: (work: () => Promise<void>) => void;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A number that waits for its code. */
export interface NewPhone extends TextView {
  /** E.164. */
  readonly number: string;
}

export type PhoneUseCases = ReturnType<typeof phoneUseCases>;

/** The phone number of one's own account, and the codes that are sent to it. */
export function phoneUseCases(deps: Dependencies) {
  const { accounts, sessions, factors, challenges, challengeTokens, factorSecrets, factorProof } = deps;
  const { stepUp, textCodes, rateLimiter, auditLog, notify, afterAnswer, now, newId } = deps;

  /** Sends a code to a number, which is no factor yet. Throws `step_up_required`, and what `TextCodeUseCases.send` throws. */
  async function enrol(holder: TokenHolder, typed: string, client: Client): Promise<NewPhone> {
    const { accountId } = holder;
    const { number } = textCodes.read(typed);
    await stepUp.require(holder, "addFactor");
    const id = newId();
    await factors.enrolPhone(accountId, {
      id,
      number: factorSecrets.seal(number, accountId),
      numberHash: textCodes.numberHash(number),
      ending: endingOf(number),
      endsAt: after(now(), textCodeLifeMs),
    });
    return { number, ...(await textCodes.send(accountId, number, id, client)) };
  }

  /**
   * Puts the last number in force by the code that was sent to it, and ends all other sessions, which did not prove it.
   * Returns recovery codes if it is the first factor, else none. Throws `wrong_code`, `number_taken`; `enrolment_over` or
   * `enrolment_replaced` if no such number waits for its code any longer.
   */
  async function confirm(holder: TokenHolder, code: string, client: Client): Promise<string[]> {
    const { accountId, sessionId } = holder;
    const at = now();
    const [account, session, { phone, phoneEnrolment }] = await Promise.all([
      existing(accountId),
      sessions.get(holder),
      factors.get(accountId),
    ]);
    if (!session) throw new AppError("not_signed_in", "session is gone");
    if (!phoneEnrolment || phoneEnrolment.endsAt <= at)
      throw new AppError("enrolment_over", "no number waits for its code");
    const tries = [limits.confirmationOfAccount, accountId] as const;
    const what = phone ? "phone_replaced" : "phone_added";
    const { codes, hashes: recoveryHashes } = newRecoveryCodes(factorSecrets, accountId);
    const { id: enrolmentId } = phoneEnrolment;
    const outcome = await rateLimiter.judge([tries], () =>
      factors.confirmPhone(holder, {
        enrolmentId,
        hashes: textCodes.hashes(code, enrolmentId, accountId),
        recoveryHashes,
        event: factorEvent(what, client, at),
        proven: withProofs(session, ["sms"], at),
      }),
    );
    if (outcome === "replaced") throw new AppError("enrolment_replaced", "another number was typed since");
    if (outcome === "wrong") return factorProof.refuse(accountId, "code");
    await rateLimiter.clear(tries);
    await sessions.removeOfAccount(accountId, sessionId); // they are over already
    if (phone) report(account, sessionId, "phone_replaced", phone);
    else report(account, sessionId, "phone_added");
    return outcome === "first" ? codes : [];
  }

  /** Removes the number and all codes that were sent to it. Throws `step_up_required`, `not_found`. */
  async function remove(holder: TokenHolder, client: Client): Promise<void> {
    const { accountId, sessionId } = holder;
    const { phone } = await stepUp.require(holder, "removeFactor");
    const account = await existing(accountId);
    if (!phone || !(await factors.removePhone(accountId, factorEvent("phone_removed", client, now()))))
      throw new AppError("not_found", "account has no phone number");
    await challenges.removeOfAccount(accountId);
    report(account, sessionId, "phone_removed", phone);
  }

  /** Sends a code for a sign-in that lacks its second step. Throws `challenge_over`, and what `TextCodeUseCases.send` throws. */
  async function sendForChallenge(token: string, client: Client): Promise<TextView> {
    const at = now();
    const stated = challengeTokens.read(token, at);
    const [opened, account, stored] = await Promise.all([
      challenges.get(stated, at),
      accounts.get(stated.accountId),
      factors.get(stated.accountId),
    ]);
    if (!opened || account?.credentialVersion !== opened.credentialVersion)
      throw new AppError("challenge_over", "challenge is spent, or has expired");
    return send(stated.accountId, stored, opened.id, client);
  }

  /** Sends a code to prove again who is signed in. */
  async function sendForStepUp({ accountId, sessionId }: TokenHolder, client: Client): Promise<TextView> {
    return send(accountId, await factors.get(accountId), sessionId, client);
  }

  async function send(accountId: string, { phone }: StoredFactors, boundTo: string, client: Client) {
    if (!phone) throw new AppError("not_found", "account has no phone number");
    return textCodes.send(accountId, factorSecrets.open(phone.number, accountId), boundTo, client);
  }

  /** Reports a change: by mail where that is on, and to the number that is no longer used. */
  function report(account: Account, sessionId: string, what: "phone_added"): void;
  function report(
    account: Account,
    sessionId: string,
    what: "phone_replaced" | "phone_removed",
    former: Phone,
  ): void;
  function report(
    account: Account,
    sessionId: string,
    what: "phone_added" | "phone_replaced" | "phone_removed",
    former?: Phone,
  ): void {
    auditLog(what, { accountId: account.id, sessionId });
    notify?.(account, what);
    if (!former || what === "phone_added") return;
    const number = factorSecrets.open(former.number, account.id);
    afterAnswer(() => textCodes.notice(number, what));
  }

  async function existing(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    return account;
  }

  return { enrol, confirm, remove, sendForChallenge, sendForStepUp };
}
