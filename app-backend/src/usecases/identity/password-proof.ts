import type { Account } from "../../domain/account.ts";
import { AppError, fieldError } from "../../domain/app-error.ts";
import { limits } from "../../domain/limit.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { RateLimiter } from "../rate-limiter.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly identity: IdentityProvider;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
}

/**
 * The account of a signed-in caller who knows its password, or who leaves it out as there is none. Throws `wrong_password`,
 * which blames `field`, and `invalid_input` if a password is missing.
 */
export type ProvePassword = (
  accountId: string,
  password: string | undefined,
  field: string,
) => Promise<Account>;

export function passwordProof({ accounts, identity, rateLimiter, auditLog }: Dependencies): ProvePassword {
  return async (accountId, password, field) => {
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    if (password === undefined) {
      if (await identity.hasPassword(accountId)) throw fieldError("invalid_input", field, "is missing");
      return account;
    }
    const attempt = [limits.passwordOfAccount, accountId] as const;
    if (!(await rateLimiter.judge([attempt], () => identity.authenticate(account, password)))) {
      auditLog("wrong_password", { accountId });
      throw fieldError("wrong_password", field, "is not your password");
    }
    await rateLimiter.clear(attempt);
    return account;
  };
}
