import type { Pool } from "mysql2/promise";
import { mysqlLimits } from "../src/adapters/mysql/limits.ts";
import type { LimitRule } from "../src/domain/limit.ts";

/** Counts so many attempts of the subject that the next one has to wait for minutes. */
export async function exceedLimit(pool: Pool, rule: LimitRule, subject: string, atMs: number): Promise<void> {
  // Delays double: 256 s.
  await mysqlLimits(pool).consume(rule, subject, new Date(atMs), rule.free + 8);
}
