import { newAccount } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Client } from "../../domain/client.ts";
import { limits } from "../../domain/limit.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";

interface Dependencies {
  readonly accounts: Pick<Accounts, "add" | "getByEmail">;
  readonly identity: Pick<IdentityProvider, "signUp" | "withdraw">;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
  readonly newId: () => string;
}

/**
 * Creates an account without a picture. Throws `email_taken`, `too_many_requests`, and `unavailable`: then the account may
 * exist, and the next try shows it.
 */
export type SignUp = (email: string, password: string, client: Client) => Promise<void>;

/** Registration where there are no pictures and no codes: an address and a password are all of it. */
export function signUpUseCase(deps: Dependencies): SignUp {
  const { accounts, identity, rateLimiter, auditLog, now, newId } = deps;
  return async (email, password, client) => {
    await rateLimiter.consume(fromAddress(limits.registerFromAddress, client));
    // A taken address costs no hash.
    if (await accounts.getByEmail(email)) throw new AppError("email_taken", "address is taken");
    const account = newAccount({ id: newId(), email, confirmed: false, pictureKey: "", createdAt: now() });
    const credential = await identity.signUp(account, password);
    await accounts.add(account, credential).catch(async (error: unknown) => {
      const isTaken = error instanceof AppError && error.code === "email_taken";
      if (isTaken) await identity.withdraw(account, credential);
      throw error;
    });
    auditLog("registered", { accountId: account.id });
  };
}
