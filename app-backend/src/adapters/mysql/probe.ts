import type { Pool } from "mysql2/promise";
import { change, select } from "./pool.ts";

/** Resolves if the database answers, is migrated and is writable. */
export async function probeDatabase(pool: Pool): Promise<void> {
  await select(pool, "SELECT 1 FROM sessions LIMIT 1", []);
  await change(pool, "DELETE FROM limits WHERE id = ''", []); // refused if read-only, although nothing matches
}

/** The same for the schema of profiles. */
export async function probeProfiles(pool: Pool): Promise<void> {
  await select(pool, "SELECT 1 FROM profiles LIMIT 1", []);
  await change(pool, "UPDATE profiles SET username = '' WHERE account_id = ''", []);
}
