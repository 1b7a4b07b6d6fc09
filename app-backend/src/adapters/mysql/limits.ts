import { createHash } from "node:crypto";
import type { Pool } from "mysql2/promise";
import type { LimitRule } from "../../domain/limit.ts";
import type { Limits } from "../../ports/limits.ts";
import { change, select } from "./pool.ts";

export function mysqlLimits(pool: Pool): Limits {
  return {
    async take(rule, subject, at) {
      const id = idOf(rule, subject);
      const now = at.getTime();
      const first = "INSERT IGNORE INTO limits (id, used, free_at, forget_at) VALUES (?, 0, 0, ?)";
      await change(pool, first, [id, now + rule.forgetMs]);
      // Condition and count are one statement. Assignments run from left to right: free_at sees the new count.
      const count = `UPDATE limits SET
          used = IF(forget_at <= ?, 0, used) + 1,
          free_at = IF(used < ?, 0, ? + LEAST(?, ? * POW(2, LEAST(used - ?, 30)))),
          forget_at = ?
        WHERE id = ? AND (free_at <= ? OR forget_at <= ?)`;
      const { free, delayMs, maxDelayMs, forgetMs } = rule;
      const growth = [now, free, now, maxDelayMs, delayMs, free];
      const counted = await change(pool, count, [...growth, now + forgetMs, id, now, now]);
      return counted === 1 ? 0 : await waitOf(id, now);
    },

    async giveBack(rule, subject) {
      const sql = "UPDATE limits SET used = used - 1, free_at = 0 WHERE id = ? AND used > 0";
      await change(pool, sql, [idOf(rule, subject)]);
    },

    async clear(rule, subject) {
      await change(pool, "DELETE FROM limits WHERE id = ?", [idOf(rule, subject)]);
    },
  };

  async function waitOf(id: string, now: number): Promise<number> {
    const [row] = await select<{ free_at: number }>(pool, "SELECT free_at FROM limits WHERE id = ?", [id]);
    return Math.max(1, (row?.free_at ?? now) - now);
  }
}

function idOf(rule: LimitRule, subject: string): string {
  return createHash("sha256").update(`${rule.name}:${subject}`).digest("hex");
}
