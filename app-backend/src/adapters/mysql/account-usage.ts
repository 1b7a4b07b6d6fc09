import { AppError } from "../../domain/app-error.ts";
import type { Statements } from "./pool.ts";

/** What an account's projects and media take, by column. */
export interface Usage {
  readonly project_count: number;
  readonly notes_bytes: number;
  readonly media_count: number;
  readonly media_bytes: number;
}

interface Row extends Usage {
  readonly removed_at: Date | null;
}

const columns = "project_count, notes_bytes, media_count, media_bytes";

/**
 * Locks an account, and with it all of its projects and media for other writers: a transaction begins with this, so that
 * none waits for another in a circle, and its later reads see what the former holder committed.
 */
export async function lockAccount(statements: Statements, accountId: string): Promise<Row | undefined> {
  const sql = `SELECT ${columns}, removed_at FROM accounts WHERE id = ? FOR UPDATE`;
  const [row] = await statements.select<Row>(sql, [accountId]);
  return row;
}

/** Like `lockAccount`. Throws `not_signed_in` for an account that is gone or marked as removed. */
export async function lockLiveAccount(statements: Statements, accountId: string): Promise<Usage> {
  const row = await lockAccount(statements, accountId);
  if (!row || row.removed_at !== null) throw new AppError("not_signed_in", "account is gone");
  return row;
}

/** Adds to what an account takes, or subtracts, down to 0. */
export async function addUsage(
  statements: Statements,
  accountId: string,
  change: Partial<Usage>,
): Promise<void> {
  const named = Object.entries(change);
  const sets = named.map(([column]) => `${column} = GREATEST(0, CAST(${column} AS SIGNED) + ?)`);
  const values = named.map(([, by]) => by);
  await statements.change(`UPDATE accounts SET ${sets.join(", ")} WHERE id = ?`, [...values, accountId]);
}
