import { AppError } from "../../domain/app-error.ts";
import { isOver, openSession, type StoredSession } from "../../domain/session.ts";
import { after } from "../../domain/time.ts";
import { factorsOf } from "../../domain/factor.ts";
import type { AccessToken } from "../../ports/access-tokens.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { Bearers } from "../../ports/bearers.ts";
import type { Factors } from "../../ports/factors.ts";
import type { Revocations } from "../../ports/revocations.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";

interface Dependencies {
  readonly bearers: Bearers;
  readonly revocations: Revocations;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Pick<Factors, "get">;
}

interface Bearer extends TokenHolder {
  readonly signedInAt: Date;
  readonly expiresAt: Date;
}

export type BearerSessions = ReturnType<typeof bearerSessions>;

/** Longer than an access token of any provider lives: then a revocation may be forgotten. */
const longestLifeMs = 24 * 3_600_000;
/** The reference of no refresh token: these sessions cannot be rotated. */
const noReference = "0".repeat(64);

/**
 * Sessions of access tokens that the identity provider signed. The first use of a family opens one, so that it is listed
 * and ends as every other session does, at once.
 */
export function bearerSessions({ bearers, revocations, accounts, sessions, factors }: Dependencies) {
  /** The holder of such a token; undefined if another issuer signed it. Throws `not_signed_in` unless its session is alive. */
  async function authenticate(token: AccessToken, text: string, at: Date): Promise<TokenHolder | undefined> {
    const accountId = await bearers.accountOf(token, text);
    if (accountId === undefined) return undefined;
    const { sessionId, expiresAt, signedInAt = new Date(0) } = token;
    const bearer = { accountId, sessionId, expiresAt, signedInAt };
    const session = (await sessions.get(bearer)) ?? (await open(bearer, at));
    if (!session || isOver(session, at)) throw new AppError("not_signed_in", "session is gone or over");
    return { accountId, sessionId };
  }

  async function open(bearer: Bearer, at: Date): Promise<StoredSession | undefined> {
    const { accountId, sessionId: id, expiresAt } = bearer;
    const account = await accounts.get(accountId);
    if (!account || (await isRevoked(bearer, at))) return undefined;
    // The provider knows nothing of the second factor: its token proves the password alone.
    if (factorsOf(await factors.get(accountId)).length > 0) return undefined;
    const { credentialVersion } = account;
    const client = { address: undefined, userAgent: undefined };
    const session = openSession({
      id,
      accountId,
      credentialVersion,
      current: noReference,
      at,
      client,
      proofs: [],
    });
    await sessions.add({ ...session, idleEndsAt: expiresAt, endsAt: expiresAt });
    // It may have been ended since it was looked up: this one is checked after it was added.
    if (await isRevoked(bearer, at)) await sessions.remove(bearer);
    return sessions.get(bearer);
  }

  async function isRevoked({ accountId, sessionId, signedInAt }: Bearer, at: Date): Promise<boolean> {
    const found = await Promise.all([sessionId, accountId].map((subject) => revocations.get(subject, at)));
    return found.some((upTo) => upTo !== undefined && signedInAt <= upTo);
  }

  return { authenticate };
}

/** Sessions whose end also revokes the tokens of their families: their next use would open them again. */
export function revokingSessions(sessions: Sessions, revocations: Revocations, now: () => Date): Sessions {
  const revoke = (subject: string, at: Date) => revocations.add(subject, at, after(at, longestLifeMs));
  return {
    ...sessions,
    async remove(holder) {
      await revoke(holder.sessionId, now());
      await sessions.remove(holder);
    },
    async removeOfAccount(accountId, keptSessionId) {
      await revoke(accountId, now());
      await sessions.removeOfAccount(accountId, keptSessionId);
    },
  };
}
