import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import {
  type FactorEventName,
  proofBy,
  type Proof,
  type Spend,
  type StoredFactors,
  type Totp,
} from "../../domain/factor.ts";
import { guessesAt, limits as rules } from "../../domain/limit.ts";
import type { PasskeyPurpose } from "../../domain/passkey.ts";
import { after } from "../../domain/time.ts";
import { hintedMs, judgeTotp, stepAt } from "../../domain/totp.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { Limits } from "../../ports/limits.ts";
import { type Attempt, fromAddress, type RateLimiter } from "../rate-limiter.ts";
import { factorEvent } from "./factor-event.ts";
import type { GivenPasskey, PasskeyProof } from "./passkey-proof.ts";
import type { TextCodeUseCases } from "./text-codes.ts";

interface Dependencies {
  readonly factorSecrets: FactorSecrets;
  readonly passkeyProof: PasskeyProof;
  readonly textCodes: Pick<TextCodeUseCases, "hashes">;
  readonly rateLimiter: RateLimiter;
  /** Remembers which codes a hint was given for. */
  readonly limits: Pick<Limits, "know" | "knows">;
  readonly auditLog: AuditLog;
  /** Mails the owner of an account what was done. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly now: () => Date;
}

/** Exactly one of them. */
export interface GivenFactor {
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
  /** Was sent to the phone. */
  readonly textCode?: string | undefined;
  readonly passkey?: GivenPasskey | undefined;
}

/** What is done with a factor that is right. */
interface Use {
  /** What a passkey has to have been asked for, or a code sent. */
  readonly purpose: Extract<PasskeyPurpose, { kind: "second-step" | "step-up" }>;
  /** Called before a code is looked at. */
  readonly begin?: () => Promise<void>;
  /** Spends the factor; false if it was spent before. */
  readonly spend: (spend: Spend) => Promise<boolean>;
}

export type FactorProof = ReturnType<typeof factorProof>;

/** Judges second factors, within limits of the account and of the network. */
export function factorProof(deps: Dependencies) {
  const { factorSecrets, passkeyProof, textCodes, rateLimiter, limits, auditLog, notify, now } = deps;

  /** Spends a factor of an account. Throws `wrong_code`, for a passkey what `PasskeyProof.judge` throws, and `too_many_requests`. */
  async function prove(
    account: Account,
    stored: StoredFactors,
    given: GivenFactor,
    client: Client,
    use: Use,
  ): Promise<Proof> {
    const ofAccount = await rateLimiter.ofAccount(rules.secondFactorOfAccount, account.email, client);
    const ofAddress = fromAddress(rules.secondFactorFromAddress, client);
    // Others cannot be guessed, so that their owner gets in by them when guesses are used up.
    const isShort = given.code !== undefined || given.textCode !== undefined;
    const guesses: readonly Attempt[] = isShort ? [[guessesAt(now()), ofAccount[1]]] : [];
    const spent = await rateLimiter.judge([ofAddress, ofAccount, ...guesses], async () => {
      await use.begin?.();
      if (given.passkey) return spendPasskey(account.id, given.passkey, client, use);
      const spend = await spendOf(account.id, stored, given, use.purpose.of, client);
      return spend && (await use.spend(spend)) ? spend : undefined;
    });
    if (!spent) return refuse(account.id, fieldOf(given));
    await rateLimiter.clear(ofAccount);
    for (const attempt of [ofAddress, ...guesses]) await rateLimiter.refund(attempt);
    if (spent.factor === "recovery") {
      auditLog("recovery_code_used", { accountId: account.id });
      notify?.(account, "recovery_code_used");
    }
    return proofBy(spent);
  }

  async function spendPasskey(
    accountId: string,
    given: GivenPasskey,
    client: Client,
    use: Use,
  ): Promise<Spend> {
    try {
      const spend = await passkeyProof.judge(given, use.purpose, accountId);
      if (!(await use.spend(spend))) await passkeyProof.refuseUse(accountId, spend, client);
      return spend;
    } catch (error) {
      if (error instanceof AppError && error.code !== "unavailable") auditLog("factor_failed", { accountId });
      throw error;
    }
  }

  async function spendOf(
    accountId: string,
    { totp, phone }: StoredFactors,
    { code, recoveryCode, textCode }: GivenFactor,
    boundTo: string,
    client: Client,
  ): Promise<Spend | undefined> {
    const at = now();
    if (recoveryCode !== undefined) {
      const hashes = factorSecrets.hashes(recoveryCode, accountId);
      return { factor: "recovery", hashes, event: factorEvent("recovery_code_used", client, at) };
    }
    if (textCode !== undefined) {
      const hashes = textCodes.hashes(textCode, boundTo, accountId);
      return phone && { factor: "sms", id: phone.id, boundTo, hashes, at };
    }
    if (!totp) return undefined;
    const step = await stepOf(accountId, totp, code ?? "", at);
    return step === undefined ? undefined : { factor: "totp", id: totp.id, step, at };
  }

  /** The step of a code that may be used. Throws `wrong_code` with a hint if a clock is wrong. */
  async function stepOf(
    accountId: string,
    { id, secret, lastStep }: Pick<Totp, "id" | "secret" | "lastStep">,
    code: string,
    at: Date,
  ): Promise<number | undefined> {
    const verdict = judgeTotp(factorSecrets.stepsOf(secret, accountId, code, at), lastStep, at);
    const hinted = `hinted ${id}`;
    if (verdict.step !== undefined)
      return (await limits.knows(hinted, String(verdict.step), at)) ? undefined : verdict.step;
    if (verdict.drift === undefined) return undefined;
    // A guess that was found right by the hint must not be used when its time comes.
    const step = stepAt(at) + verdict.drift;
    if (verdict.drift > 0) await limits.know(hinted, String(step), after(at, hintedMs));
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

function fieldOf({ code, recoveryCode }: GivenFactor): string {
  if (code !== undefined) return "code";
  return recoveryCode === undefined ? "textCode" : "recoveryCode";
}
