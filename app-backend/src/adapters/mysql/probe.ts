import type { Pool } from "mysql2/promise";
import { select } from "./pool.ts";

/** Resolves when the database answers and has been migrated. */
export async function probeDatabase(pool: Pool): Promise<void> {
  await select(pool, "SELECT 1 FROM sessions LIMIT 1", []);
}
