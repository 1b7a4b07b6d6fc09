import type { Pool } from "mysql2/promise";
import { change } from "./pool.ts";

const batchRows = 500;

/** Conditions for expired rows of each table, which use an index on time. */
const over = {
  sessions: ["idle_ends_at <= ?", "ends_at <= ?"],
  codes: ["expires_at <= ?"],
  limits: ["forget_at <= ?"],
  challenges: ["ends_at <= ?"],
  totp_enrolments: ["ends_at <= ?"],
  phone_enrolments: ["ends_at <= ?"],
  text_codes: ["ends_at <= ?"],
} as const;

/** Removes expired rows, in small batches so that no lock is held for long. Returns the number of rows, by table. */
export async function purge(pool: Pool, at: Date): Promise<Record<keyof typeof over, number>> {
  const tables = Object.keys(over) as (keyof typeof over)[];
  const removed = Object.fromEntries(tables.map((table) => [table, 0])) as Record<keyof typeof over, number>;
  for (const table of tables) {
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
