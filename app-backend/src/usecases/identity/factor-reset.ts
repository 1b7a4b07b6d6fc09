import type { Account } from "../../domain/account.ts";
import { type Factor, type FactorEvent, factorsOf } from "../../domain/factor.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Challenges } from "../../ports/challenges.ts";
import type { Factors } from "../../ports/factors.ts";
import type { Sessions } from "../../ports/sessions.ts";

interface Dependencies {
  readonly accounts: Pick<Accounts, "getByEmail">;
  readonly factors: Pick<Factors, "reset">;
  readonly challenges: Pick<Challenges, "removeOfAccount">;
  readonly sessions: Pick<Sessions, "listOfAccount" | "removeOfAccount">;
  readonly auditLog: AuditLog;
  /** Mails the owner that it was done. @default - nothing is mailed */
  readonly notify?: ((account: Account) => Promise<void>) | undefined;
  readonly now: () => Date;
}

/** What was removed, and for whom. */
export interface FactorReset {
  readonly accountId: string;
  readonly factors: readonly Factor[];
  readonly recoveryCodes: number;
  readonly challenges: number;
  readonly sessions: number;
  /** Whether the owner was mailed; if it has `failed`, the operator tells them. */
  readonly mail: "sent" | "failed" | "none";
}

/**
 * An operator's way back for someone who has lost every second factor: removes all of them, and ends all sessions. The
 * password stays. May be repeated, also after it was stopped halfway. Undefined: there is no account of that address.
 */
export function factorReset({
  accounts,
  factors,
  challenges,
  sessions,
  auditLog,
  notify,
  now,
}: Dependencies) {
  return async (email: string): Promise<FactorReset | undefined> => {
    const account = await accounts.getByEmail(email);
    if (!account) return undefined;
    const { id: accountId } = account;
    const event: FactorEvent = { at: now(), what: "factors_reset", device: "Operator" };
    // The sessions are last: what completes a challenge in the meantime is ended too.
    const before = await factors.reset(accountId, event);
    const removed = {
      accountId,
      factors: factorsOf(before).filter((factor) => factor !== "recovery"),
      recoveryCodes: before.recoveryCodes?.left ?? 0,
      challenges: await challenges.removeOfAccount(accountId),
      sessions: (await sessions.listOfAccount(accountId)).length,
    };
    await sessions.removeOfAccount(accountId);
    if (removed.factors.length === 0) return { ...removed, mail: "none" };
    auditLog("factors_reset", { accountId });
    if (!notify) return { ...removed, mail: "none" };
    const mail = await notify(account).then(
      () => "sent" as const,
      () => "failed" as const,
    );
    return { ...removed, mail };
  };
}
