import type { Pool } from "mysql2/promise";
import { change } from "./pool.ts";

const batchRows = 500;

/** What is over: the rows of each table that an index on time finds. */
const over = {
  sessions: ["idle_ends_at <= ?", "ends_at <= ?"],
  codes: ["expires_at <= ?"],
  limits: ["forget_at <= ?"],
} as const;

/** Removes what is over, in small steps so that no lock is kept for long. Gives how many rows went, by table. */
export async function purge(pool: Pool, at: Date): Promise<Record<keyof typeof over, number>> {
  const removed = { sessions: 0, codes: 0, limits: 0 };
  for (const table of ["sessions", "codes", "limits"] as const) {
    const until = table === "limits" ? at.getTime() : at;
    for (const condition of over[table]) {
      const sql = `DELETE FROM ${table} WHERE ${condition} LIMIT ${batchRows}`;
      let count: number;
      do {
        count = await change(pool, sql, [until]);
        removed[table] += count;
      } while (count === batchRows);
    }
  }
  return removed;
}
