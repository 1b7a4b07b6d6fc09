import { fieldError } from "../../domain/app-error.ts";
import type { Account } from "../../domain/account.ts";
import type { Client } from "../../domain/client.ts";
import { codeLifeMs, type CodePurpose } from "../../domain/code.ts";
import { limits } from "../../domain/limit.ts";
import { after } from "../../domain/session.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { CodeGenerator } from "../../ports/code-generator.ts";
import type { OneTimeCodes } from "../../ports/one-time-codes.ts";
import type { Mail } from "../../ports/mail.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import { fromAddress, type RateLimiter } from "../rate-limiter.ts";
import { messages } from "./messages.ts";

interface Dependencies {
  readonly accounts: Accounts;
  readonly codes: OneTimeCodes;
  readonly codeGenerator: CodeGenerator;
  readonly mail: Mail;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Called with errors that happen after the response was sent. */
  readonly onFault: (error: unknown) => void;
  readonly now: () => Date;
}

export type CodeUseCases = ReturnType<typeof codeUseCases>;

/** Stands for the account of an unknown address, so that both cases run the same statements. */
const noAccount = "00000000-0000-0000-0000-000000000000";

/** Codes that prove that a person reads the mail of an address. */
export function codeUseCases(deps: Dependencies) {
  const { accounts, codes, codeGenerator, mail, rateLimiter, auditLog, onFault, now } = deps;
  const inProgress = new Set<Promise<void>>();

  /** Mails a code to the account of the address, if there is one that needs it. Response and timing do not reveal which. */
  async function request(purpose: CodePurpose, email: string, client: Client): Promise<void> {
    const ofAccount = await rateLimiter.ofAccount(limits.mailToAccount, email, client, purpose);
    await rateLimiter.consume(fromAddress(limits.mailFromAddress, client), ofAccount);
    inBackground(async () => {
      const account = await accounts.getByEmail(email);
      if (account && !(purpose === "confirm" && account.confirmed)) await send(purpose, account);
    });
  }

  /** Mails a new account the code that confirms its address. */
  function welcome(account: Account): void {
    inBackground(() => send("confirm", account));
  }

  async function send(purpose: CodePurpose, { id, email }: Account): Promise<void> {
    const code = codeGenerator.newCode();
    const at = now();
    const hash = codeGenerator.hash(code, { accountId: id, purpose }, at);
    await codes.replace({ accountId: id, purpose, hash, expiresAt: after(at, codeLifeMs) });
    await mail.send({ to: email, ...messages[purpose](code) });
  }

  /**
   * Counts an attempt for the client's network. Returns a function that spends a code and returns the account that it
   * was mailed to; it throws `bad_code` for every other code, and for every other address.
   */
  async function admit(purpose: CodePurpose, email: string, client: Client) {
    const ofAddress = fromAddress(limits.codeFromAddress, client);
    await rateLimiter.consume(ofAddress);

    return async function redeem(text: string): Promise<Account> {
      const account = await accounts.getByEmail(email);
      const accountId = account?.id ?? noAccount;
      const at = now();
      const hashes = codeGenerator.hashes(text, { accountId, purpose }, at);
      const isRight = await codes.redeem({ accountId, purpose, hashes }, at);
      if (!account || !isRight) {
        auditLog("code_failed", { accountId: account?.id });
        throw fieldError("bad_code", "code", "is wrong or has expired");
      }
      await rateLimiter.refund(ofAddress);
      await rateLimiter.know(email, client);
      return account;
    };
  }

  /** Records that the address belongs to its account. */
  async function confirm(email: string, text: string, client: Client): Promise<void> {
    const redeem = await admit("confirm", email, client);
    const { id } = await redeem(text);
    await accounts.confirm(id);
    auditLog("confirmed", { accountId: id });
  }

  function inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch(onFault)
      .finally(() => inProgress.delete(running));
    inProgress.add(running);
  }

  /** Resolves when no work is in progress. */
  async function drain(): Promise<void> {
    await Promise.all(inProgress);
  }

  return { request, welcome, admit, confirm, drain };
}
