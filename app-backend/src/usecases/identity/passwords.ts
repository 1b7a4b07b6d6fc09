import { fieldError } from "../../domain/app-error.ts";
import type { Account } from "../../domain/account.ts";
import type { Client } from "../../domain/client.ts";
import { limits } from "../../domain/limit.ts";
import { passwordFault } from "../../domain/password.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { CodeUseCases } from "./codes.ts";
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
}

export interface Reset {
  readonly email: string;
  readonly code: string;
  readonly password: string;
}

export type PasswordUseCases = ReturnType<typeof passwordUseCases>;

/** Changing and replacing passwords. */
export function passwordUseCases(deps: Dependencies) {
  const { accounts, sessions, identity, codes, provePassword, stepUp, rateLimiter, auditLog } = deps;

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

  /** Replaces a password by a mailed code; ends all sessions. */
  async function reset({ email, code, password }: Reset, client: Client): Promise<void> {
    const { id } = await codes.redeem(email, client, async (account) =>
      identity.reset(account, code, password).catch(async (error: unknown) => {
        if (account) await endIfReplaced(account);
        throw error;
      }),
    );
    await sessions.removeOfAccount(id);
    await accounts.confirm(id); // the code came by mail
    await rateLimiter.clearOfAccount(limits.signInOfAccount, email, client);
    auditLog("password_reset", { accountId: id });
  }

  /** A reset whose outcome is not known has raised the version. */
  async function endIfReplaced({ id, credentialVersion }: Account): Promise<void> {
    const stored = await accounts.get(id);
    if (stored && stored.credentialVersion !== credentialVersion) await sessions.removeOfAccount(id);
  }

  return { change, reset };
}
