import { AppError } from "../domain/app-error.ts";
import { type Client, networkOfClient } from "../domain/client.ts";
import { emailKey } from "../domain/email.ts";
import { knownNetworkMs, type LimitRule } from "../domain/limit.ts";
import { after } from "../domain/time.ts";
import type { Limits } from "../ports/limits.ts";
import type { AuditLog } from "../ports/audit-log.ts";

interface Dependencies {
  readonly limits: Limits;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

/** One attempt: the rule that limits it, its subject, and as how many it counts (default 1). */
export type Attempt = readonly [rule: LimitRule, subject: string, cost?: number];

export type RateLimiter = ReturnType<typeof rateLimiter>;

/** Enforces limits on attempts. */
export function rateLimiter({ limits, auditLog, now }: Dependencies) {
  async function consume(...tries: readonly Attempt[]): Promise<void> {
    for (const [rule, subject, cost] of tries) {
      const retryAfterMs = await limits.consume(rule, subject, now(), cost);
      if (retryAfterMs === 0) continue;
      auditLog("limit_reached", { limit: rule.name });
      throw new AppError("too_many_requests", `limit reached: ${rule.name}`, { retryAfterMs });
    }
  }

  const refund = ([rule, subject, cost]: Attempt): Promise<void> => limits.refund(rule, subject, cost);

  return {
    /**
     * Counts the attempts in order; throws `too_many_requests` at the first that is over its limit. The network comes
     * first, so that a network over its own limit cannot keep an account over the account's limit.
     */
    consume,
    /** Counts the attempts as `consume` does, then has them judged. If that is `unavailable`, they are refunded. */
    async judge<Verdict>(tries: readonly Attempt[], judgement: () => Promise<Verdict>): Promise<Verdict> {
      await consume(...tries);
      return judgement().catch(async (error: unknown) => {
        if (error instanceof AppError && error.code === "unavailable")
          await Promise.allSettled(tries.map(refund));
        throw error;
      });
    },
    /**
     * An attempt on the account of an address, counted separately for each network that the account knows, and together
     * for all others. So strangers use up only their own attempts, and get those of one network however many they use.
     */
    async ofAccount(rule: LimitRule, email: string, client: Client, purpose?: string): Promise<Attempt> {
      const [account, network] = [emailKey(email), networkOfClient(client)];
      const isKnown = await limits.knows(account, network, now());
      return [rule, subjectOf(account, isKnown ? network : undefined, purpose)];
    },
    /** Records that the owner of an account was on the client's network. */
    async know(email: string, client: Client): Promise<void> {
      await limits.know(emailKey(email), networkOfClient(client), after(now(), knownNetworkMs));
    },
    /** Clears an account's attempts from the client's network and from all networks that the account does not know. */
    async clearOfAccount(rule: LimitRule, email: string, client: Client): Promise<void> {
      const account = emailKey(email);
      for (const network of [undefined, networkOfClient(client)])
        await limits.clear(rule, subjectOf(account, network));
    },
    /** Refunds attempts that turned out to be no failure. */
    refund,
    /** Clears the attempts, after the person has authenticated. */
    clear: ([rule, subject]: Attempt): Promise<void> => limits.clear(rule, subject),
  };
}

/**
 * The subject of an attempt on an account; without a network, of all networks that the account does not know. The address
 * comes last, and the parts before it have no blanks: an address is any text, and must not equal another's with a network.
 */
function subjectOf(account: string, network = "others", purpose = ""): string {
  return [network, purpose, account].join(" ");
}

/** An attempt that is counted for the client's network. */
export function fromAddress(rule: LimitRule, client: Client): Attempt {
  return [rule, networkOfClient(client)];
}
