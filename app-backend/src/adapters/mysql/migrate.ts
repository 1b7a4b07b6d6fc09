import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { whileLocked } from "./named-lock.ts";

const lockWaitSeconds = 30;

/**
 * Brings the schema up to date: runs each file of the directory that the database has not seen, in order of name.
 * A lock lets one runner in at a time. Returns the names that were run.
 */
export function migrate(connection: Connection, directory: string): Promise<string[]> {
  return whileLocked(connection, "migrate", lockWaitSeconds, async () => {
    const pending = await pendingMigrations(connection, directory);
    for (const name of pending) await run(connection, directory, name);
    return pending;
  });
}

/** The names of all migrations in a directory, in order. */
export async function migrationsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
}

async function pendingMigrations(connection: Connection, directory: string): Promise<string[]> {
  await connection.query(
    "CREATE TABLE IF NOT EXISTS migrations (name VARCHAR(100) PRIMARY KEY, applied_at DATETIME(3) NOT NULL)",
  );
  const [rows] = await connection.query<RowDataPacket[]>("SELECT name FROM migrations");
  const applied = new Set(rows.map((row) => row["name"]));
  return (await migrationsIn(directory)).filter((name) => !applied.has(name));
}

// One statement a file: DDL commits by itself, so a file that failed has done nothing.
async function run(connection: Connection, directory: string, name: string): Promise<void> {
  try {
    await connection.query(await readFile(join(directory, name), "utf8"));
    await connection.query("INSERT INTO migrations (name, applied_at) VALUES (?, UTC_TIMESTAMP(3))", [name]);
  } catch (cause) {
    throw new Error(`migration ${name} failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
