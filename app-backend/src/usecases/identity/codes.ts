import { fieldError } from "../../domain/app-error.ts";
import type { Account } from "../../domain/account.ts";
import type { Client } from "../../domain/client.ts";
import type { CodePurpose } from "../../domain/code.ts";
import { factorsOf } from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { Factors } from "../../ports/factors.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly factors: Pick<Factors, "get">;
  readonly identity: IdentityProvider;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Runs work that the response does not wait for, and reports its errors. */
  readonly afterAnswer: (work: () => Promise<void>) => void;
  /** Has work take the same time whatever it does. @default - responses do not wait for it */
  readonly evenly?: ((work: () => Promise<void>) => Promise<void>) | undefined;
}

export type CodeUseCases = ReturnType<typeof codeUseCases>;

/** Codes that prove that a person reads the mail of an address. */
export function codeUseCases(deps: Dependencies) {
  const { accounts, factors, identity, rateLimiter, auditLog, afterAnswer } = deps;
  const { evenly = (work: () => Promise<void>) => work() } = deps;

  /** Mails a code to the account of the address, if there is one that needs it. Response and timing do not reveal which. */
  async function request(purpose: CodePurpose, email: string, client: Client): Promise<void> {
    const ofAccount = await rateLimiter.ofAccount(limits.mailToAccount, email, client, purpose);
    await rateLimiter.consume(fromAddress(limits.mailFromAddress, client), ofAccount);
    const mail = async () => {
      const account = await accounts.getByEmail(email);
      if (!account || (purpose === "confirm" && account.confirmed)) return;
      const isRecoverable = purpose === "reset" && (await hasRecoveryCodes(account.id));
      await identity.requestCode(purpose, account, isRecoverable);
    };
    afterAnswer(() => evenly(mail));
  }

  async function hasRecoveryCodes(accountId: string): Promise<boolean> {
    const { recoveryCodes } = await factors.get(accountId);
    return recoveryCodes !== undefined && recoveryCodes.left > 0;
  }

  /** Mails a new account the code that confirms its address. */
  function welcome(account: Account): void {
    afterAnswer(() => identity.requestCode("confirm", account));
  }

  /**
   * The account of the address, if `verify` accepts a code for it. Counts the attempt for the client's network.
   * Throws `bad_code` for every other code, and for every other address.
   */
  async function redeem(
    email: string,
    client: Client,
    verify: (account: Account | undefined) => Promise<boolean>,
  ): Promise<Account> {
    const ofAddress = fromAddress(limits.codeFromAddress, client);
    const { account, isRight } = await rateLimiter.judge([ofAddress], async () => {
      const found = await accounts.getByEmail(email);
      return { account: found, isRight: await verify(found) };
    });
    if (!account || !isRight) {
      auditLog("code_failed", { accountId: account?.id });
      throw fieldError("bad_code", "code", "is wrong or has expired");
    }
    await rateLimiter.refund(ofAddress);
    // Otherwise someone who reads the mail would get more tries at the second factor with each network.
    if (factorsOf(await factors.get(account.id)).length === 0) await rateLimiter.know(email, client);
    return account;
  }

  /** Records that the address belongs to its account. */
  async function confirm(email: string, code: string, client: Client): Promise<void> {
    const { id } = await redeem(email, client, (account) => identity.confirm(account, code));
    await accounts.confirm(id);
    auditLog("confirmed", { accountId: id });
  }

  return { request, welcome, redeem, confirm };
}
