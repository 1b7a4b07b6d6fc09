import type { Pool } from "mysql2/promise";
import { change, select } from "./pool.ts";

/** Resolves when the database answers, has been migrated and takes writes. */
export async function probeDatabase(pool: Pool): Promise<void> {
  await select(pool, "SELECT 1 FROM sessions LIMIT 1", []);
  await change(pool, "DELETE FROM limits WHERE id = ''", []); // refused where it is read-only, though nothing matches
}
