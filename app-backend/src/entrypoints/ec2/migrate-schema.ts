import { connectWhenUp } from "../../adapters/mysql/connect.ts";
import { migrate } from "../../adapters/mysql/migrate.ts";
import type { DatabaseConfig } from "../../adapters/mysql/pool.ts";
import { migrationsFolder } from "./migrations-folder.ts";
import { orExit } from "./or-exit.ts";

const waitMs = 30_000;

/** Migrates a database by the migrations in the folder of that name, and prints what was done. A failure ends the process. */
export async function migrateSchema(settings: () => DatabaseConfig, folder: string): Promise<void> {
  const config = orExit(settings);
  try {
    const connection = await connectWhenUp(config, { waitMs, log: console.error });
    const names = await migrate(connection, migrationsFolder(folder));
    await connection.end();
    console.log(names.length > 0 ? `migrated: ${names.join(", ")}` : "nothing to migrate");
  } catch (error) {
    console.error(`migration failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
