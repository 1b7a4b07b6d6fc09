import type { Pool } from "mysql2/promise";
import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Proof } from "../../domain/factor.ts";
import type { Proven } from "../../domain/proofs.ts";
import { maxSessions, type Session, type StoredSession } from "../../domain/session.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import { accountOf, type AccountRow } from "./accounts.ts";
import { recordEnds } from "./ended-sessions.ts";
import { change, select, type Statements, transaction, type Value } from "./pool.ts";

/** How a store ends sessions. */
export interface SessionEnds {
  /** Has each end recorded in `ended_sessions`, in the same transaction, with the time of this clock. @default - none is */
  readonly recordedBy?: (() => Date) | undefined;
}

interface Row {
  id: string;
  account_id: string;
  credential_version: number;
  current_hash: string;
  previous_hash: string | null;
  created_at: Date;
  rotated_at: Date;
  idle_ends_at: Date;
  ends_at: Date;
  retried_at: Date | null;
  user_agent: string | null;
  address: string | null;
  proofs: string;
  proved_at: Date | null;
  account_version: number | null;
}

type JoinedRow = Row & Omit<AccountRow, keyof Row> & { account_created_at: Date };

const columns =
  "id, account_id, credential_version, current_hash, previous_hash, created_at, rotated_at, idle_ends_at, ends_at, retried_at, user_agent, address, proofs, proved_at";

/** What a session is read with: each request asks for it, so it is one statement. */
const stored = `${columns}, (SELECT credential_version FROM accounts
  WHERE accounts.id = sessions.account_id AND removed_at IS NULL) AS account_version`;

const withAccount = `s.${columns.replaceAll(", ", ", s.")}, a.credential_version AS account_version,
  a.created_at AS account_created_at, a.email, a.picture_key, a.username, a.first_name, a.last_name, a.confirmed`;

const ofHolder = "id = ? AND account_id = ?";
const keyOf = ({ sessionId, accountId }: TokenHolder) => [sessionId, accountId];

export function mysqlSessions(pool: Pool, ends: SessionEnds = {}): Sessions {
  /** Without a record it is one statement. */
  function end(condition: string, values: Value[]): Promise<unknown> {
    return ends.recordedBy
      ? transaction(pool, (statements) => endSessions(statements, condition, values, ends))
      : change(pool, `DELETE FROM sessions WHERE ${condition}`, values);
  }

  return {
    async get(holder) {
      const [row] = await select<Row>(
        pool,
        `SELECT ${stored} FROM sessions WHERE ${ofHolder}`,
        keyOf(holder),
      );
      return row && sessionOf(row);
    },

    async getWithAccount(holder) {
      const sql = `SELECT ${withAccount} FROM sessions s
        LEFT JOIN accounts a ON a.id = s.account_id AND a.removed_at IS NULL WHERE s.id = ? AND s.account_id = ?`;
      const [row] = await select<JoinedRow>(pool, sql, keyOf(holder));
      return row && { session: sessionOf(row), account: accountIn(row) };
    },

    async listOfAccount(accountId) {
      const sql = `SELECT ${stored} FROM sessions WHERE account_id = ? ORDER BY rotated_at DESC, id`;
      return (await select<Row>(pool, sql, [accountId])).map(sessionOf);
    },

    async add(session) {
      const { accountId } = session;
      return transaction(pool, async (statements) => {
        // The lock on the account serializes sign-ins, so that they are counted correctly.
        const lock = "SELECT id FROM accounts WHERE id = ? AND removed_at IS NULL FOR UPDATE";
        if ((await statements.select(lock, [accountId])).length === 0) return;
        await insertSession(statements, session, ends);
      });
    },

    async rotate(rotation) {
      const { from, to, currentSince, credentialVersion, at, idleEndsAt } = rotation;
      // Condition and write are one statement: at REPEATABLE READ, a SELECT before it would let several succeed.
      const sql = `UPDATE sessions SET current_hash = ?, previous_hash = ?, rotated_at = ?, idle_ends_at = ?
        WHERE ${ofHolder} AND current_hash = ? AND rotated_at <= ? AND credential_version >= ?
          AND idle_ends_at > ? AND ends_at > ?`;
      const set = [to, from, at, idleEndsAt];
      const values = [...set, ...keyOf(rotation), from, currentSince, credentialVersion, at, at];
      return (await change(pool, sql, values)) === 1;
    },

    async noteRetry(holder, at) {
      await change(pool, `UPDATE sessions SET retried_at = ? WHERE ${ofHolder}`, [at, ...keyOf(holder)]);
    },

    async renew(holder, version) {
      const sql = `UPDATE sessions SET credential_version = ? WHERE ${ofHolder} AND credential_version < ?`;
      await change(pool, sql, [version, ...keyOf(holder), version]);
    },

    async prove(holder, proven) {
      await change(pool, ...proofOf(holder, proven));
    },

    async remove(holder) {
      await end(ofHolder, keyOf(holder));
    },

    async removeOfAccount(accountId, keptSessionId = "") {
      await end("account_id = ? AND id <> ?", [accountId, keptSessionId]);
    },
  };
}

/** Stores a session of a locked account, and removes those that are too many. */
export async function insertSession(
  statements: Statements,
  session: Session,
  ends: SessionEnds,
): Promise<void> {
  const { accountId, createdAt } = session;
  const others = `account_id = ? AND id NOT IN (SELECT id FROM (
    SELECT id FROM sessions WHERE account_id = ? AND idle_ends_at > ? AND ends_at > ?
    ORDER BY rotated_at DESC, id LIMIT ${maxSessions - 1}) AS kept)`;
  await endSessions(statements, others, [accountId, accountId, createdAt, createdAt], ends);
  const sql = `INSERT INTO sessions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  await statements.change(sql, valuesOf(session));
}

/** Removes the sessions of a condition. Every end of a session goes through this, or it is not recorded. */
async function endSessions(
  statements: Statements,
  condition: string,
  values: Value[],
  { recordedBy }: SessionEnds,
): Promise<void> {
  if (!recordedBy) return void (await statements.change(`DELETE FROM sessions WHERE ${condition}`, values));
  // Locked, and removed by id: those that are recorded and no others.
  const found = `SELECT id FROM sessions WHERE ${condition} FOR UPDATE`;
  const ids = (await statements.select<{ id: string }>(found, values)).map(({ id }) => id);
  if (ids.length === 0) return;
  await recordEnds(statements, ids, recordedBy());
  await statements.change(`DELETE FROM sessions WHERE id IN (${ids.map(() => "?").join(", ")})`, ids);
}

/**
 * Ends all sessions of a locked account but one, by a higher credential version, and records in that what is proven. Throws
 * `not_signed_in` if it is gone or over.
 */
export async function endOthers(
  statements: Statements,
  { sessionId, accountId }: TokenHolder,
  proven: Proven,
): Promise<void> {
  const keep = `UPDATE sessions s JOIN accounts a ON a.id = s.account_id
    SET s.credential_version = a.credential_version + 1, s.proofs = ?, s.proved_at = ?
    WHERE s.id = ? AND s.account_id = ? AND s.credential_version >= a.credential_version`;
  if ((await statements.change(keep, [...provenValues(proven), sessionId, accountId])) === 0)
    throw new AppError("not_signed_in", "session is gone or over");
  const raise = "UPDATE accounts SET credential_version = credential_version + 1 WHERE id = ?";
  await statements.change(raise, [accountId]);
}

/** The statement that records what is proven in a session. */
export function proofOf(holder: TokenHolder, proven: Proven): Parameters<Statements["change"]> {
  return [
    `UPDATE sessions SET proofs = ?, proved_at = ? WHERE ${ofHolder}`,
    [...provenValues(proven), ...keyOf(holder)],
  ];
}

const provenValues = ({ proofs, provedAt }: Proven): [string, Date] => [proofs.join(","), provedAt];

/** Proofs as they are stored. */
export function proofsIn(text: string): Proof[] {
  return text.split(",").filter((proof) => proof !== "") as Proof[];
}

function accountIn(row: JoinedRow): Account | undefined {
  if (row.account_version === null) return undefined;
  const { account_id: id, account_version: credential_version, account_created_at: created_at } = row;
  return accountOf({ ...row, id, credential_version, created_at });
}

function valuesOf(session: Session) {
  const { id, accountId, credentialVersion, current, previous } = session;
  const { createdAt, rotatedAt, idleEndsAt, endsAt, retriedAt, userAgent, address } = session;
  const times = [createdAt, rotatedAt, idleEndsAt, endsAt, retriedAt];
  const place = [userAgent, address];
  return [id, accountId, credentialVersion, current, previous, ...times, ...place, ...provenValues(session)];
}

function sessionOf(row: Row): StoredSession {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialVersion: row.credential_version,
    current: row.current_hash,
    previous: row.previous_hash,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
    idleEndsAt: row.idle_ends_at,
    endsAt: row.ends_at,
    retriedAt: row.retried_at,
    userAgent: row.user_agent,
    address: row.address,
    proofs: proofsIn(row.proofs),
    provedAt: row.proved_at ?? row.created_at,
    accountVersion: row.account_version ?? undefined,
  };
}
