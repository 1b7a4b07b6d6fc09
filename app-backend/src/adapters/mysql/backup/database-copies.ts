import { escapeId } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { DatabaseCopies } from "../../../ports/database-copies.ts";
import { connected, openStagingSchema } from "./staging-schema.ts";
import { importDump } from "./import-dump.ts";
import { migrationsIn, migrationsSeen } from "../migrate.ts";
import { backupWaitSeconds, withAdvisoryLock } from "../advisory-lock.ts";
import type { DatabaseConfig } from "../pool.ts";
import { diskSpaceOf, sparedBytes } from "./disk-space.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface CopiesConfig {
  /** A user who may read the tables in use, and has all privileges on the copies. */
  readonly reader: DatabaseConfig;
  /** A user who may swap the tables in use. */
  readonly exchanger: DatabaseConfig;
  /** The folder of this release's migrations. */
  readonly migrations: string;
  /** How many bytes the copies leave free. @default - `sparedBytes` */
  readonly spared?: number;
}

const migrationWaitSeconds = 30;

/** The most copies at a time: while a restore has its own, it backs up the current data through a second one. */
const most = { scratch: 1, next: 2 };

/** Copies lie in schemas beside the one in use, named after it. */
export function mysqlCopies(config: CopiesConfig): DatabaseCopies {
  const { reader, exchanger, migrations, spared = sparedBytes } = config;
  return {
    alone: (task, work) =>
      connected(reader, (connection) =>
        withAdvisoryLock(connection, "backup", backupWaitSeconds, () =>
          task === "backup" ? work() : withAdvisoryLock(connection, "migrate", migrationWaitSeconds, work),
        ),
      ),

    snapshot: () => takeSnapshot(reader),

    async knownMigrations() {
      const seen = await connected(reader, (connection) => migrationsSeen(connection, reader.database));
      return new Set([...seen, ...(await migrationsIn(migrations))]);
    },

    restored(purpose, sql, work) {
      const own = { ...reader, database: `${reader.database}_${purpose}` };
      return inSchema(reader, own.database, async (connection) => {
        const space = diskSpaceOf(connection, reader, spared);
        await space.require(most[purpose]);
        await importDump(own, space.limit(sql));
        const copy = await openStagingSchema(own, { exchanger, migrations });
        return work(copy).finally(copy.close);
      });
    },
  };
}

/** Creates a schema, runs `work` and drops it. First drops what a killed process left behind. */
function inSchema<Result>(
  config: DatabaseConfig,
  schema: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return connected(config, async (connection) => {
    const drop = () => connection.query(`DROP DATABASE IF EXISTS ${escapeId(schema)}`);
    await drop();
    try {
      await connection.query(`CREATE DATABASE ${escapeId(schema)} CHARACTER SET utf8mb4`);
      return await work(connection);
    } finally {
      await drop();
    }
  });
}
