import type { Pool } from "mysql2/promise";
import { maxSessions, type Session } from "../../domain/session.ts";
import type { Sessions } from "../../ports/sessions.ts";
import { change, select, transaction } from "./pool.ts";

interface Row {
  id: string;
  account_id: string;
  current_hash: string;
  previous_hash: string | null;
  created_at: Date;
  rotated_at: Date;
  idle_ends_at: Date;
  ends_at: Date;
  retried_at: Date | null;
  user_agent: string | null;
  address: string | null;
}

const columns =
  "id, account_id, current_hash, previous_hash, created_at, rotated_at, idle_ends_at, ends_at, retried_at, user_agent, address";

export function mysqlSessions(pool: Pool): Sessions {
  return {
    async get(id) {
      const [row] = await select<Row>(pool, `SELECT ${columns} FROM sessions WHERE id = ?`, [id]);
      return row && sessionOf(row);
    },

    async listOfAccount(accountId) {
      const sql = `SELECT ${columns} FROM sessions WHERE account_id = ? ORDER BY rotated_at DESC, id`;
      return (await select<Row>(pool, sql, [accountId])).map(sessionOf);
    },

    async add(session, passwordHash) {
      const { accountId, createdAt } = session;
      return transaction(pool, async (statements) => {
        // The lock on the account serializes sign-ins, so that they are counted correctly. A new password is set either
        // before, and nothing is added, or after, and ends the session.
        const lock = "SELECT id FROM accounts WHERE id = ? AND password_hash = ? FOR UPDATE";
        if ((await statements.select(lock, [accountId, passwordHash])).length === 0) return false;
        const others = `DELETE FROM sessions WHERE account_id = ? AND id NOT IN (SELECT id FROM (
          SELECT id FROM sessions WHERE account_id = ? AND idle_ends_at > ? AND ends_at > ?
          ORDER BY rotated_at DESC, id LIMIT ${maxSessions - 1}) AS kept)`;
        await statements.change(others, [accountId, accountId, createdAt, createdAt]);
        const sql = `INSERT INTO sessions (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
        await statements.change(sql, valuesOf(session));
        return true;
      });
    },

    async rotate({ sessionId, from, to, currentSince, at, idleEndsAt }) {
      // Condition and write are one statement: at REPEATABLE READ, a SELECT before it would let several succeed.
      const sql = `UPDATE sessions SET current_hash = ?, previous_hash = ?, rotated_at = ?, idle_ends_at = ?
        WHERE id = ? AND current_hash = ? AND rotated_at <= ? AND idle_ends_at > ? AND ends_at > ?`;
      const values = [to, from, at, idleEndsAt, sessionId, from, currentSince, at, at];
      return (await change(pool, sql, values)) === 1;
    },

    async noteRetry(id, at) {
      await change(pool, "UPDATE sessions SET retried_at = ? WHERE id = ?", [at, id]);
    },

    async remove(id) {
      await change(pool, "DELETE FROM sessions WHERE id = ?", [id]);
    },

    async removeOfAccount(accountId) {
      await change(pool, "DELETE FROM sessions WHERE account_id = ?", [accountId]);
    },
  };
}

function valuesOf(session: Session) {
  const { id, accountId, current, previous, createdAt, rotatedAt, idleEndsAt, endsAt } = session;
  const { retriedAt, userAgent, address } = session;
  const times = [createdAt, rotatedAt, idleEndsAt, endsAt, retriedAt];
  return [id, accountId, current, previous, ...times, userAgent, address];
}

function sessionOf(row: Row): Session {
  return {
    id: row.id,
    accountId: row.account_id,
    current: row.current_hash,
    previous: row.previous_hash,
    createdAt: row.created_at,
    rotatedAt: row.rotated_at,
    idleEndsAt: row.idle_ends_at,
    endsAt: row.ends_at,
    retriedAt: row.retried_at,
    userAgent: row.user_agent,
    address: row.address,
  };
}
