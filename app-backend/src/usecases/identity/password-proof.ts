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

/** The account of a signed-in caller who knows its password. Throws `wrong_password`, which blames `field`. */
export type ProvePassword = (accountId: string, password: string, field: string) => Promise<Account>;

export function passwordProof({ accounts, identity, rateLimiter, auditLog }: Dependencies): ProvePassword {
  return async (accountId, password, field) => {
    const account = await accounts.get(accountId);
    if (!account) throw new AppError("not_signed_in", "account is gone");
    const attempt = [limits.passwordOfAccount, accountId] as const;
    if (!(await rateLimiter.judge([attempt], () => identity.authenticate(account, password)))) {
      auditLog("wrong_password", { accountId });
      throw fieldError("wrong_password", field, "is not your password");
    }
    await rateLimiter.clear(attempt);
    return account;
  };
}
