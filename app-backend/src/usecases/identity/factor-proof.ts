import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import { type Client, deviceName } from "../../domain/client.ts";
import type { FactorEvent, FactorEventName, Proof, Spend, StoredFactors } from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import { judgeTotp } from "../../domain/totp.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";

interface Dependencies {
  readonly factorSecrets: FactorSecrets;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Mails the owner of an account what was done. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly now: () => Date;
}

/** Exactly one of them. */
export interface GivenFactor {
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

/** What is done with a factor that is right. */
interface Use {
  /** Called before a code is looked at. */
  readonly begin?: () => Promise<void>;
  /** Spends the factor; false if it was spent before. */
  readonly spend: (spend: Spend) => Promise<boolean>;
}

export type FactorProof = ReturnType<typeof factorProof>;

/** Judges second factors, within limits of the account and of the network. */
export function factorProof({ factorSecrets, rateLimiter, auditLog, notify, now }: Dependencies) {
  /** Spends a factor of an account. Throws `wrong_code`, and `too_many_requests`. */
  async function prove(
    account: Account,
    stored: StoredFactors,
    given: GivenFactor,
    client: Client,
    use: Use,
  ): Promise<Proof> {
    const ofAccount = await rateLimiter.ofAccount(limits.secondFactorOfAccount, account.email, client);
    const ofAddress = fromAddress(limits.secondFactorFromAddress, client);
    const spent = await rateLimiter.judge([ofAddress, ofAccount], async () => {
      await use.begin?.();
      const spend = spendOf(account.id, stored, given, client);
      return spend && (await use.spend(spend)) ? spend : undefined;
    });
    if (!spent) return refuse(account.id, given.code === undefined ? "recoveryCode" : "code");
    await rateLimiter.clear(ofAccount);
    await rateLimiter.refund(ofAddress);
    if (spent.factor === "recovery") {
      auditLog("recovery_code_used", { accountId: account.id });
      notify?.(account, "recovery_code_used");
    }
    return spent.factor;
  }

  function spendOf(
    accountId: string,
    { totp }: StoredFactors,
    { code, recoveryCode }: GivenFactor,
    client: Client,
  ): Spend | undefined {
    if (!totp) return undefined;
    const at = now();
    if (recoveryCode !== undefined) {
      const hashes = factorSecrets.hashes(recoveryCode, accountId);
      return { factor: "recovery", hashes, event: factorEvent("recovery_code_used", client, at) };
    }
    const { id, secret, lastStep } = totp;
    const step = stepOf(accountId, secret, code ?? "", lastStep, at);
    return step === undefined ? undefined : { factor: "totp", id, step, at };
  }

  /** The step of a code that may be used. Throws `wrong_code` with a hint if a clock is wrong. */
  function stepOf(
    accountId: string,
    sealed: string,
    code: string,
    lastStep: number,
    at: Date,
  ): number | undefined {
    const verdict = judgeTotp(factorSecrets.stepsOf(sealed, accountId, code, at), lastStep, at);
    if (verdict.step !== undefined || verdict.drift === undefined) return verdict.step;
    // One phone with a wrong clock is usual; many are the clock of this host.
    auditLog("code_of_other_time", { accountId, reason: `valid at step ${verdict.drift}` });
    throw new AppError("wrong_code", `code is valid at step ${verdict.drift}`, {
      ...wrong("code"),
      hint: "clock",
    });
  }

  function refuse(accountId: string, field: string): never {
    auditLog("factor_failed", { accountId });
    throw new AppError("wrong_code", "code is wrong, spent or of an earlier step", wrong(field));
  }

  return { prove, stepOf, refuse };
}

const wrong = (field: string) => ({ faults: [{ field, message: "is wrong, or was used before" }] });

export function factorEvent(what: FactorEventName, { userAgent }: Client, at: Date): FactorEvent {
  return { at, what, device: deviceName(userAgent ?? null) };
}
