import { escapeId } from "mysql2";
import type { DatabaseCopies } from "../../ports/database-copies.ts";
import { connected, openCopy } from "./copy.ts";
import { loadInto } from "./load.ts";
import { migrationsIn, migrationsSeen } from "./migrate.ts";
import { backupWaitSeconds, whileLocked } from "./named-lock.ts";
import type { DatabaseConfig } from "./pool.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface CopiesConfig {
  /** Who may read the tables in use, and do as it likes in the copies. */
  readonly reader: DatabaseConfig;
  /** Who may exchange the tables in use. */
  readonly exchanger: DatabaseConfig;
  /** The folder of this release's migrations. */
  readonly migrations: string;
}

const migrationWaitSeconds = 30;

/** Copies lie in schemas beside the one in use, named after it. */
export function mysqlCopies({ reader, exchanger, migrations }: CopiesConfig): DatabaseCopies {
  return {
    alone: (task, work) =>
      connected(reader, (connection) =>
        whileLocked(connection, "backup", backupWaitSeconds, () =>
          task === "backup" ? work() : whileLocked(connection, "migrate", migrationWaitSeconds, work),
        ),
      ),

    snapshot: () => takeSnapshot(reader),

    async knownMigrations() {
      const seen = await connected(reader, (connection) => migrationsSeen(connection, reader.database));
      return new Set([...seen, ...(await migrationsIn(migrations))]);
    },

    restored(purpose, sql, work) {
      const config = { ...reader, database: `${reader.database}_${purpose}` };
      return inSchema(reader, config.database, async () => {
        await loadInto(config, sql);
        const copy = await openCopy(config, { exchanger, migrations });
        return work(copy).finally(copy.close);
      });
    },
  };
}

/** Makes a schema and does `work`; it is gone afterwards, and so is what a killed process left of it before. */
function inSchema<Result>(
  config: DatabaseConfig,
  schema: string,
  work: () => Promise<Result>,
): Promise<Result> {
  return connected(config, async (connection) => {
    const drop = () => connection.query(`DROP DATABASE IF EXISTS ${escapeId(schema)}`);
    await drop();
    try {
      await connection.query(`CREATE DATABASE ${escapeId(schema)} CHARACTER SET utf8mb4`);
      return await work();
    } finally {
      await drop();
    }
  });
}
