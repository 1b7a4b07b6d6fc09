import type { Pool } from "mysql2/promise";
import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import type { Proof } from "../../domain/factor.ts";
import type { Proven } from "../../domain/proofs.ts";
import { maxSessions, type Session, type StoredSession } from "../../domain/session.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import { accountOf, type AccountRow } from "./accounts.ts";
import { change, select, type Statements, transaction } from "./pool.ts";

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

const ofHolder = "WHERE id = ? AND account_id = ?";
const keyOf = ({ sessionId, accountId }: TokenHolder) => [sessionId, accountId];

export function mysqlSessions(pool: Pool): Sessions {
  return {
    async get(holder) {
      const [row] = await select<Row>(pool, `SELECT ${stored} FROM sessions ${ofHolder}`, keyOf(holder));
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
        await insertSession(statements, session);
      });
    },

    async rotate(rotation) {
      const { from, to, currentSince, credentialVersion, at, idleEndsAt } = rotation;
      // Condition and write are one statement: at REPEATABLE READ, a SELECT before it would let several succeed.
      const sql = `UPDATE sessions SET current_hash = ?, previous_hash = ?, rotated_at = ?, idle_ends_at = ?
        ${ofHolder} AND current_hash = ? AND rotated_at <= ? AND credential_version >= ?
          AND idle_ends_at > ? AND ends_at > ?`;
      const set = [to, from, at, idleEndsAt];
      const values = [...set, ...keyOf(rotation), from, currentSince, credentialVersion, at, at];
      return (await change(pool, sql, values)) === 1;
    },

    async noteRetry(holder, at) {
      await change(pool, `UPDATE sessions SET retried_at = ? ${ofHolder}`, [at, ...keyOf(holder)]);
    },

    async renew(holder, version) {
      const sql = `UPDATE sessions SET credential_version = ? ${ofHolder} AND credential_version < ?`;
      await change(pool, sql, [version, ...keyOf(holder), version]);
    },

    async prove(holder, proven) {
      await change(pool, ...proofOf(holder, proven));
    },

    async remove(holder) {
      await change(pool, `DELETE FROM sessions ${ofHolder}`, keyOf(holder));
    },

    async removeOfAccount(accountId, keptSessionId = "") {
      const sql = "DELETE FROM sessions WHERE account_id = ? AND id <> ?";
      await change(pool, sql, [accountId, keptSessionId]);
    },
  };
}

/** Stores a session of a locked account, and removes those that are too many. */
export async function insertSession(statements: Statements, session: Session): Promise<void> {
  const { accountId, createdAt } = session;
  const others = `DELETE FROM sessions WHERE account_id = ? AND id NOT IN (SELECT id FROM (
    SELECT id FROM sessions WHERE account_id = ? AND idle_ends_at > ? AND ends_at > ?
    ORDER BY rotated_at DESC, id LIMIT ${maxSessions - 1}) AS kept)`;
  await statements.change(others, [accountId, accountId, createdAt, createdAt]);
  const sql = `INSERT INTO sessions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  await statements.change(sql, valuesOf(session));
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
    `UPDATE sessions SET proofs = ?, proved_at = ? ${ofHolder}`,
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
