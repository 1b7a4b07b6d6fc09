import type { Account } from "../../domain/account.ts";
import { type Factor, type FactorEvent, hasFactor } from "../../domain/factor.ts";
import { proofsInForce } from "../../domain/proofs.ts";
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
  readonly factors: readonly Exclude<Factor, "recovery" | "passkey">[];
  readonly recoveryCodes: number;
  readonly passkeys: number;
  /** Passkeys that were left: nothing else opens the account. */
  readonly keptPasskeys: number;
  readonly challenges: number;
  readonly sessions: number;
  /** Of the sessions: in which proofs still counted. */
  readonly stepUps: number;
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
    const at = now();
    const open = await sessions.listOfAccount(accountId);
    // It ends the sessions too: those that are opened in the meantime by what it removes, as well.
    const event: FactorEvent = { at, what: "factors_reset", device: "Operator" };
    const { before, keptPasskeys } = await factors.reset(accountId, event);
    const { totp, phone, recoveryCodes, passkeys } = before;
    const removed = {
      accountId,
      factors: [...(totp ? ["totp" as const] : []), ...(phone ? ["sms" as const] : [])],
      recoveryCodes: recoveryCodes?.left ?? 0,
      passkeys: passkeys.count - keptPasskeys,
      keptPasskeys,
      challenges: await challenges.removeOfAccount(accountId),
      sessions: open.length,
      stepUps: open.filter((session) => proofsInForce(session, at).length > 0).length,
    };
    await sessions.removeOfAccount(accountId);
    if (!hasFactor(before) && removed.passkeys === 0) return { ...removed, mail: "none" };
    auditLog("factors_reset", { accountId });
    if (!notify) return { ...removed, mail: "none" };
    const mail = await notify(account).then(
      () => "sent" as const,
      () => "failed" as const,
    );
    return { ...removed, mail };
  };
}
