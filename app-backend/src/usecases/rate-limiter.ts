import { AppError } from "../domain/app-error.ts";
import { type Client, networkOfClient } from "../domain/client.ts";
import { emailKey } from "../domain/email.ts";
import { knownNetworkMs, type LimitRule } from "../domain/limit.ts";
import { after } from "../domain/session.ts";
import type { Limits } from "../ports/limits.ts";
import type { AuditLog } from "../ports/audit-log.ts";

interface Dependencies {
  readonly limits: Limits;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

/** A try of something: the rule that limits it, and who or what tries. */
export type Attempt = readonly [rule: LimitRule, subject: string];

export type RateLimiter = ReturnType<typeof rateLimiter>;

/** Keeps tries within their limits. */
export function rateLimiter({ limits, auditLog, now }: Dependencies) {
  return {
    /**
     * Counts the tries in order; throws `too_many_requests` at the first that is over its limit. The network comes
     * first, so that one that is over its own limit cannot keep an account over the account's.
     */
    async consume(...tries: readonly Attempt[]): Promise<void> {
      for (const [rule, subject] of tries) {
        const retryAfterMs = await limits.consume(rule, subject, now());
        if (retryAfterMs === 0) continue;
        auditLog("limit_reached", { limit: rule.name });
        throw new AppError("too_many_requests", `limit reached: ${rule.name}`, { retryAfterMs });
      }
    },
    /**
     * A try that is counted for the account of an address: apart for each network that the account knows, and together
     * for all others. So strangers use up no tries but their own, and have the tries of one however many networks they use.
     */
    async ofAccount(rule: LimitRule, email: string, client: Client, purpose?: string): Promise<Attempt> {
      const [account, network] = [emailKey(email), networkOfClient(client)];
      const isKnown = await limits.knows(account, network, now());
      return [rule, subjectOf(account, isKnown ? network : undefined, purpose)];
    },
    /** Notes that the person of an account was on the client's network. */
    async know(email: string, client: Client): Promise<void> {
      await limits.know(emailKey(email), networkOfClient(client), after(now(), knownNetworkMs));
    },
    /** Forgets the tries of an account that were counted for the client's network and for all that it does not know. */
    async clearOfAccount(rule: LimitRule, email: string, client: Client): Promise<void> {
      const account = emailKey(email);
      for (const network of [undefined, networkOfClient(client)])
        await limits.clear(rule, subjectOf(account, network));
    },
    /** Uncounts what has turned out to be no failure. */
    refund: ([rule, subject]: Attempt): Promise<void> => limits.refund(rule, subject),
    /** Forgets the tries, for who has proved to be who they say. */
    clear: ([rule, subject]: Attempt): Promise<void> => limits.clear(rule, subject),
  };
}

/**
 * For whom a try of an account is counted; without a network for all that the account does not know. The address comes last,
 * and what is before it has no blanks: an address is any text, and must not pass for another's with a network.
 */
function subjectOf(account: string, network = "others", purpose = ""): string {
  return [network, purpose, account].join(" ");
}

/** A try that is counted for a client's network. */
export function fromAddress(rule: LimitRule, client: Client): Attempt {
  return [rule, networkOfClient(client)];
}
