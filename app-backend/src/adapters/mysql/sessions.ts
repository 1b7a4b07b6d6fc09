import type { Pool } from "mysql2/promise";
import type { Session } from "../../domain/session.ts";
import type { Sessions } from "../../ports/sessions.ts";
import { change, select } from "./pool.ts";

interface Row {
  id: string;
  account_id: string;
  current_hash: string;
  previous_hash: string | null;
  created_at: Date;
  rotated_at: Date;
  idle_ends_at: Date;
  ends_at: Date;
  user_agent: string | null;
  address: string | null;
}

const columns =
  "id, account_id, current_hash, previous_hash, created_at, rotated_at, idle_ends_at, ends_at, user_agent, address";

export function mysqlSessions(pool: Pool): Sessions {
  return {
    async get(id) {
      const [row] = await select<Row>(pool, `SELECT ${columns} FROM sessions WHERE id = ?`, [id]);
      return row && sessionOf(row);
    },

    async listOfAccount(accountId) {
      const sql = `SELECT ${columns} FROM sessions WHERE account_id = ? ORDER BY rotated_at DESC, id LIMIT 100`;
      return (await select<Row>(pool, sql, [accountId])).map(sessionOf);
    },

    async add(session, passwordHash) {
      // Reading the account locks it: a new password comes before, and nothing is added, or after, and ends the session.
      const sql = `INSERT INTO sessions (${columns})
        SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ? AND password_hash = ?`;
      return (await change(pool, sql, [...valuesOf(session), session.accountId, passwordHash])) === 1;
    },

    async rotate({ sessionId, from, to, currentSince, at, idleEndsAt }) {
      // The condition and the write are one statement: at REPEATABLE READ a SELECT before it would let several win.
      const sql = `UPDATE sessions SET current_hash = ?, previous_hash = ?, rotated_at = ?, idle_ends_at = ?
        WHERE id = ? AND current_hash = ? AND rotated_at <= ? AND idle_ends_at > ? AND ends_at > ?`;
      const values = [to, from, at, idleEndsAt, sessionId, from, currentSince, at, at];
      return (await change(pool, sql, values)) === 1;
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
  const { userAgent, address } = session;
  return [id, accountId, current, previous, createdAt, rotatedAt, idleEndsAt, endsAt, userAgent, address];
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
    userAgent: row.user_agent,
    address: row.address,
  };
}
