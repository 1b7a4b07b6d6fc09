import { fieldError } from "../../domain/app-error.ts";
import { type Account, noAccount } from "../../domain/account.ts";
import type { Client } from "../../domain/client.ts";
import type { FactorEventName, Spend } from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import { passwordFault } from "../../domain/password.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { CodeUseCases } from "./codes.ts";
import { factorEvent } from "./factor-event.ts";
import type { ProvePassword } from "./password-proof.ts";
import type { RateLimiter } from "../rate-limiter.ts";
import type { StepUpUseCases } from "./step-up.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly identity: IdentityProvider;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly sessions: Sessions;
  readonly codes: CodeUseCases;
  readonly provePassword: ProvePassword;
  readonly stepUp: StepUpUseCases;
  readonly factorSecrets: Pick<FactorSecrets, "hashes">;
  /** Mails the owner of an account what was done. @default - nothing is mailed */
  readonly notify?: ((account: Account, what: FactorEventName) => void) | undefined;
  readonly now: () => Date;
}

export interface Reset {
  readonly email: string;
  readonly code: string;
  readonly password: string;
  /** Asked of an account without a password alone. */
  readonly recoveryCode?: string | undefined;
}

export type PasswordUseCases = ReturnType<typeof passwordUseCases>;

/** Changing and replacing passwords. */
export function passwordUseCases(deps: Dependencies) {
  const { accounts, sessions, identity, codes, provePassword, stepUp, rateLimiter, auditLog } = deps;
  const { factorSecrets, notify, now } = deps;

  /**
   * Replaces a password whose current value is given, or sets the first one of an account that has none; ends all sessions except the caller's, and voids the reset code.
   * A call that stops after the password was replaced leaves no session alive. Throws `step_up_required` if a second
   * factor has to be proven too.
   */
  async function change(holder: TokenHolder, current: string | undefined, next: string): Promise<void> {
    const { accountId, sessionId } = holder;
    await stepUp.require(holder, "changePassword", current === undefined ? [] : ["password"]);
    const account = await provePassword(accountId, current, "current");
    const fault = passwordFault(next, account.email);
    if (fault) throw fieldError("invalid_input", "next", fault);
    // The owner may have reset it since: the password that was verified is then no longer the current one.
    const version = await identity.setPassword(account, next);
    if (version === undefined) throw fieldError("wrong_password", "current", "is not your password");
    await sessions.renew(holder, version);
    await sessions.removeOfAccount(accountId, sessionId);
    auditLog("password_changed", { accountId, sessionId });
  }

  /**
   * Replaces a password by a mailed code, or sets the first one by that and a recovery code; ends all sessions. A try at a
   * recovery code takes a right mailed code, whose number is limited.
   */
  async function reset({ email, code, password, recoveryCode }: Reset, client: Client): Promise<void> {
    let recovery: Spend | undefined;
    const redeemed = await codes.redeem(email, client, async (account) => {
      recovery = await recoveryOf(account?.id ?? noAccount, recoveryCode, client);
      return identity.reset(account, code, password, recovery).catch(async (error: unknown) => {
        if (account) await endIfReplaced(account);
        throw error;
      });
    });
    const { id } = redeemed;
    await sessions.removeOfAccount(id);
    if (recovery) {
      auditLog("recovery_code_used", { accountId: id });
      notify?.(redeemed, "recovery_code_used");
    }
    await accounts.confirm(id); // the code came by mail
    await rateLimiter.clearOfAccount(limits.signInOfAccount, email, client);
    auditLog("password_reset", { accountId: id });
  }

  /** The use of a recovery code; undefined if none is given, or the account has a password and needs none. */
  async function recoveryOf(
    accountId: string,
    code: string | undefined,
    client: Client,
  ): Promise<Spend | undefined> {
    if (code === undefined || (await identity.hasPassword(accountId))) return undefined;
    const event = factorEvent("recovery_code_used", client, now());
    return { factor: "recovery", hashes: factorSecrets.hashes(code, accountId), event };
  }

  /** A reset whose outcome is not known has raised the version. */
  async function endIfReplaced({ id, credentialVersion }: Account): Promise<void> {
    const stored = await accounts.get(id);
    if (stored && stored.credentialVersion !== credentialVersion) await sessions.removeOfAccount(id);
  }

  return { change, reset };
}
