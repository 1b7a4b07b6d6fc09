import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { isConflict } from "./database-error.ts";
import { backupWaitSeconds, withAdvisoryLock } from "./advisory-lock.ts";
import { lockingTables } from "./table-locks.ts";
import { tablesOf } from "./table-checksums.ts";

const lockWaitSeconds = 30;

/**
 * Runs each migration of the directory that was not applied yet, in order of name, under a lock. Returns the names that
 * were run.
 */
export async function migrate(connection: Connection, directory: string): Promise<string[]> {
  if ((await pendingMigrations(connection, directory)).length === 0) return [];
  // A backup reads its tables for minutes: DDL would wait for it, and the application for the DDL. A restore takes these
  // two locks in the same order.
  return withAdvisoryLock(connection, "backup", backupWaitSeconds, () =>
    withAdvisoryLock(connection, "migrate", lockWaitSeconds, async () => {
      await connection.query(
        "CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY, applied_at DATETIME(3) NOT NULL)",
      );
      const pending = await pendingMigrations(connection, directory);
      for (const name of pending) await run(connection, directory, name);
      return pending;
    }),
  );
}

/** The names of all migrations in a directory, in order. */
export async function migrationsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
}

/** The applied migrations in order; empty if the schema has none. */
export async function migrationsSeen(connection: Connection, schema: string): Promise<string[]> {
  if (!(await tablesOf(connection, schema)).includes("migrations")) return [];
  const [rows] = await connection.query<RowDataPacket[]>("SELECT name FROM ??.migrations ORDER BY name", [
    schema,
  ]);
  return rows.map((row) => String(row["name"]));
}

async function pendingMigrations(connection: Connection, directory: string): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT DATABASE() AS name");
  const applied = new Set(await migrationsSeen(connection, String(rows[0]?.["name"])));
  return (await migrationsIn(directory)).filter((name) => !applied.has(name));
}

// One statement per file: DDL commits implicitly, so a failed file has changed nothing.
async function run(connection: Connection, directory: string, name: string): Promise<void> {
  try {
    await lockingTables(connection, await readFile(join(directory, name), "utf8"));
    await connection.query("INSERT INTO migrations (name, applied_at) VALUES (?, UTC_TIMESTAMP(3))", [name]);
  } catch (cause) {
    throw new Error(`migration ${name} failed: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (!isConflict(cause)) return cause instanceof Error ? cause.message : String(cause);
  return (
    "its tables were in use all the time by other connections, which take precedence. Nothing was changed: try again " +
    "when these have ended (SHOW PROCESSLIST lists them)"
  );
}
