import type { Pool } from "mysql2/promise";
import type { EndedSession, EndedSessions } from "../../ports/ended-sessions.ts";
import { change, select, type Statements } from "./pool.ts";

interface Row {
  session_id: string;
  ended_at: Date;
}

const removedAtOnce = 500;

export function mysqlEndedSessions(pool: Pool): EndedSessions {
  return {
    async listUnpublished(run, since, limit) {
      // Two ranges of the index on the run: what was published to this one is not read.
      const sql = `SELECT session_id, ended_at FROM ended_sessions WHERE published_run <> ? AND ended_at > ?
        ORDER BY published_run, ended_at LIMIT ${Number(limit)}`;
      return (await select<Row>(pool, sql, [run, since])).map(endedOf);
    },

    async list(since, afterId, limit) {
      const sql = `SELECT session_id, ended_at FROM ended_sessions WHERE session_id > ? AND ended_at > ?
        ORDER BY session_id LIMIT ${Number(limit)}`;
      return (await select<Row>(pool, sql, [afterId, since])).map(endedOf);
    },

    async markPublished(sessionIds, run) {
      if (sessionIds.length === 0) return;
      const places = sessionIds.map(() => "?").join(", ");
      const sql = `UPDATE ended_sessions SET published_run = ? WHERE session_id IN (${places})`;
      await change(pool, sql, [run, ...sessionIds]);
    },

    async countUnpublished(since) {
      const sql = "SELECT COUNT(*) AS count FROM ended_sessions WHERE published_run = '' AND ended_at > ?";
      const [row] = await select<{ count: number }>(pool, sql, [since]);
      return Number(row?.count ?? 0);
    },

    async remove(endedBy) {
      await change(pool, `DELETE FROM ended_sessions WHERE ended_at <= ? LIMIT ${removedAtOnce}`, [endedBy]);
    },
  };
}

/** Records that sessions end, in the transaction in which they are removed. */
export async function recordEnds(
  statements: Statements,
  sessionIds: readonly string[],
  endedAt: Date,
): Promise<void> {
  const rows = sessionIds.map(() => "(?, ?)").join(", ");
  const sql = `INSERT INTO ended_sessions (session_id, ended_at) VALUES ${rows}
    ON DUPLICATE KEY UPDATE ended_at = VALUES(ended_at), published_run = ''`;
  await statements.change(
    sql,
    sessionIds.flatMap((id) => [id, endedAt]),
  );
}

const endedOf = (row: Row): EndedSession => ({ sessionId: row.session_id, endedAt: row.ended_at });
