import { AppError } from "../../domain/app-error.ts";
import type { Proof } from "../../domain/factor.ts";
import type { Proven } from "../../domain/proofs.ts";
import { maxSessions, type Session } from "../../domain/session.ts";
import type { Sessions, SessionWithAccount } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import { getAccount } from "./accounts.ts";
import { type Item, number, setOfTexts, text, textOrNull, texts, time, timeOrNull } from "./items.ts";
import { accountKey, expiryOf, sessionKey, sessionsOf } from "./keys.ts";
import type { Dynamodb, Write } from "./requests.ts";

/** Sessions of accounts beside the methods of the port. */
export function sessionItems(db: Dynamodb) {
  /** Not by an index: a session that was opened a moment ago must not survive the end of all. */
  async function allOfAccount(accountId: string): Promise<Session[]> {
    const where = "#pk = :pk AND begins_with(#sk, :sk)";
    const values = { pk: sessionsOf(accountId), sk: "session#" };
    const found: Session[] = [];
    for await (const page of db.query({ table: "expiring", where, values }))
      found.push(...page.map(sessionOf));
    return found.toSorted(byUse);
  }

  /** Unless it was used since. */
  async function removeUnused({ id: sessionId, accountId, rotatedAt }: Session): Promise<void> {
    const key = sessionKey({ accountId, sessionId });
    await db.write({ delete: key, condition: "#rotatedAt = :rotatedAt", values: { rotatedAt } });
  }

  /** Removes the sessions that are expired or too many beside a new one. */
  async function removeOthers({ id, accountId, createdAt }: Session): Promise<void> {
    const others = (await allOfAccount(accountId)).filter((other) => other.id !== id);
    const isAlive = ({ idleEndsAt, endsAt }: Session) => idleEndsAt > createdAt && endsAt > createdAt;
    const kept = new Set(others.filter(isAlive).slice(0, maxSessions - 1));
    await Promise.all(others.filter((other) => !kept.has(other)).map(removeUnused));
  }

  return { allOfAccount, removeOthers };
}

export function dynamodbSessions(db: Dynamodb): Sessions {
  const { allOfAccount, removeOthers } = sessionItems(db);

  /** The version of an account; undefined if it is gone. */
  async function versionOf(accountId: string): Promise<number | undefined> {
    return (await getAccount(db, accountId))?.credentialVersion;
  }

  async function getWithAccount(holder: TokenHolder): Promise<SessionWithAccount | undefined> {
    const [item, account] = await Promise.all([db.get(sessionKey(holder)), getAccount(db, holder.accountId)]);
    return item && { session: { ...sessionOf(item), accountVersion: account?.credentialVersion }, account };
  }

  async function remove(holder: TokenHolder): Promise<void> {
    await db.write({ delete: sessionKey(holder) });
  }

  return {
    async get(holder) {
      return (await getWithAccount(holder))?.session;
    },

    getWithAccount,

    async listOfAccount(accountId) {
      const [all, accountVersion] = await Promise.all([allOfAccount(accountId), versionOf(accountId)]);
      return all.map((session) => ({ ...session, accountVersion }));
    },

    async add(session) {
      const { accountId } = session;
      // Not in a transaction, in which parallel sign-ins would conflict: the caller checks the account again afterwards.
      if ((await versionOf(accountId)) === undefined) return;
      const refused = await db.write(putOfSession(session));
      if (refused && !refused.isRepeated) throw new Error("session exists already");
      await removeOthers(session);
    },

    async rotate({ from, to, currentSince, credentialVersion, at, idleEndsAt, ...holder }) {
      const isCurrent = "#current = :previous AND #rotatedAt <= :since AND #credentialVersion >= :version";
      const isAlive = "#idleEndsAt > :rotatedAt AND #endsAt > :rotatedAt"; // an expired one may still be there
      const refused = await db.write({
        update: sessionKey(holder),
        set: { current: to, previous: from, rotatedAt: at, idleEndsAt, expiresAt: expiryOf(idleEndsAt) },
        condition: `${isCurrent} AND ${isAlive}`,
        values: { since: currentSince, version: credentialVersion },
      });
      // The token is new with each call: if it is current, this call has made it so.
      return !refused || (refused.isRepeated && refused.item?.["current"]?.S === to);
    },

    async noteRetry(holder, at) {
      await db.write({
        update: sessionKey(holder),
        set: { retriedAt: at },
        condition: "attribute_exists(#pk)",
      });
    },

    async prove(holder, proven) {
      await db.write({ ...proofOf(holder, proven), condition: "attribute_exists(#pk)" });
    },

    async renew(holder, credentialVersion) {
      const condition = "#credentialVersion < :credentialVersion";
      await db.write({ update: sessionKey(holder), set: { credentialVersion }, condition });
    },

    remove,

    async removeOfAccount(accountId, keptSessionId) {
      const ended = (await allOfAccount(accountId)).filter(({ id }) => id !== keptSessionId);
      await Promise.all(ended.map(({ id: sessionId }) => remove({ accountId, sessionId })));
    },
  };
}

function byUse(one: Session, other: Session): number {
  return other.rotatedAt.getTime() - one.rotatedAt.getTime() || (one.id < other.id ? -1 : 1);
}

/** Refused if there is one of that id. */
export function putOfSession(session: Session): Write {
  const { id: sessionId, accountId, idleEndsAt } = session;
  const item = { ...session, ...setOf(session), expiresAt: expiryOf(idleEndsAt) };
  return { put: sessionKey({ accountId, sessionId }), item, condition: "attribute_not_exists(#pk)" };
}

/**
 * The writes that end all sessions of an account but one, by a higher credential version, and record in that what is
 * proven. Refused if one of both was written since. Throws `not_signed_in` if that session is gone or over.
 */
export async function endingOthers(db: Dynamodb, holder: TokenHolder, proven: Proven) {
  const { accountId } = holder;
  const account = await getAccount(db, accountId);
  // After the account: it may be renewed between both reads, and must not seem to be over then.
  const session = await db.get(sessionKey(holder));
  if (!account || !session || number(session, "credentialVersion") < account.credentialVersion)
    throw new AppError("not_signed_in", "session is gone or over");
  const { credentialVersion: from } = account;
  const credentialVersion = from + 1;
  return {
    ofAccount: {
      update: accountKey(accountId),
      set: { credentialVersion },
      condition: "attribute_not_exists(#removedAt) AND #credentialVersion = :from",
      values: { from },
    },
    ofSession: {
      update: sessionKey(holder),
      set: { ...setOf(proven), credentialVersion },
      condition: "attribute_exists(#pk)",
    },
  } satisfies Record<string, Write>;
}

/** Records what is proven in a session. */
export function proofOf(holder: TokenHolder, proven: Proven) {
  return { update: sessionKey(holder), set: setOf(proven) };
}

const setOf = ({ proofs, provedAt }: Proven) => ({ proofs: setOfTexts(proofs), provedAt });

export const proofsIn = (item: Item) => [...texts(item, "proofs")] as Proof[];

function sessionOf(item: Item): Session {
  return {
    id: text(item, "id"),
    accountId: text(item, "accountId"),
    credentialVersion: number(item, "credentialVersion"),
    current: text(item, "current"),
    previous: textOrNull(item, "previous"),
    createdAt: time(item, "createdAt"),
    rotatedAt: time(item, "rotatedAt"),
    idleEndsAt: time(item, "idleEndsAt"),
    endsAt: time(item, "endsAt"),
    retriedAt: timeOrNull(item, "retriedAt"),
    userAgent: textOrNull(item, "userAgent"),
    address: textOrNull(item, "address"),
    proofs: proofsIn(item),
    provedAt: timeOrNull(item, "provedAt") ?? time(item, "createdAt"),
  };
}
