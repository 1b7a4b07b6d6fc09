import type { TestApp } from "./app.ts";

/** Lets more than 10 seconds pass since every last rotation, for processes that share no clock to move. */
export async function letGraceEnd({ pool }: Pick<TestApp, "pool">): Promise<void> {
  await pool.query("UPDATE sessions SET rotated_at = rotated_at - INTERVAL 11 SECOND");
}
