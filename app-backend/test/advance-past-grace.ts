import type { TestApp } from "./app.ts";

/** Moves every last rotation 11 seconds into the past, for processes whose clocks a test cannot move. */
export async function advancePastGrace({ pool }: Pick<TestApp, "pool">): Promise<void> {
  await pool.query("UPDATE sessions SET rotated_at = rotated_at - INTERVAL 11 SECOND");
}
