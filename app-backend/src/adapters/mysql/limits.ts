import { createHash } from "node:crypto";
import type { Pool } from "mysql2/promise";
import type { LimitRule } from "../../domain/limit.ts";
import type { Limits } from "../../ports/limits.ts";
import { change, select } from "./pool.ts";

const known = { name: "known network" };

export function mysqlLimits(pool: Pool): Limits {
  return {
    async consume(rule, subject, at, cost = 1) {
      const id = idOf(rule, subject);
      for (;;) {
        if (await count(rule, id, at.getTime(), cost)) return 0;
        const freeAt = await nextTryAt(id);
        if (freeAt === undefined) await begin(rule, id, at.getTime());
        else if (freeAt > at.getTime()) return freeAt - at.getTime();
        // Otherwise it was cleared since, and this is a first attempt.
      }
    },

    async refund(rule, subject, cost = 1) {
      const sql = "UPDATE limits SET used = used - ?, free_at = 0 WHERE id = ? AND used >= ?";
      await change(pool, sql, [cost, idOf(rule, subject), cost]);
    },

    async clear(rule, subject) {
      await change(pool, "UPDATE limits SET used = 0, free_at = 0 WHERE id = ?", [idOf(rule, subject)]);
    },

    // A known network is a row without attempts: no address is stored, and the purge removes it.
    async know(account, network, until) {
      const sql = `INSERT INTO limits (id, used, free_at, forget_at) VALUES (?, 0, 0, ?)
        ON DUPLICATE KEY UPDATE forget_at = VALUES(forget_at)`;
      await change(pool, sql, [idOf(known, `${account} ${network}`), until.getTime()]);
    },

    async knows(account, network, at) {
      const sql = "SELECT id FROM limits WHERE id = ? AND forget_at > ?";
      const values = [idOf(known, `${account} ${network}`), at.getTime()];
      return (await select(pool, sql, values)).length === 1;
    },
  };

  /** Whether the attempt is allowed; if so it is counted. */
  async function count(rule: LimitRule, id: string, now: number, cost: number): Promise<boolean> {
    const { free, delayMs, maxDelayMs, forgetMs } = rule;
    // Condition and count are one statement. Assignments are evaluated from left to right: free_at uses the new count.
    const sql = `UPDATE limits SET
        used = IF(forget_at <= ?, 0, used) + ?,
        free_at = IF(used < ?, 0, ? + LEAST(?, ? * POW(2, LEAST(used - ?, 30)))),
        forget_at = ?
      WHERE id = ? AND (free_at <= ? OR forget_at <= ?)`;
    const growth = [now, cost, free, now, maxDelayMs, delayMs, free];
    return (await change(pool, sql, [...growth, now + forgetMs, id, now, now])) === 1;
  }

  async function begin({ forgetMs }: LimitRule, id: string, now: number): Promise<void> {
    const sql = "INSERT IGNORE INTO limits (id, used, free_at, forget_at) VALUES (?, 0, 0, ?)";
    await change(pool, sql, [id, now + forgetMs]);
  }

  async function nextTryAt(id: string): Promise<number | undefined> {
    const [row] = await select<{ free_at: number }>(pool, "SELECT free_at FROM limits WHERE id = ?", [id]);
    return row?.free_at;
  }
}

function idOf(rule: Pick<LimitRule, "name">, subject: string): string {
  return createHash("sha256").update(`${rule.name}:${subject}`).digest("hex");
}
