import { escapeId } from "mysql2";
import type { Connection } from "mysql2/promise";
import type { DatabaseCopies } from "../../../ports/database-copies.ts";
import { connected, openCopy } from "./staging-schema.ts";
import { importDump } from "./import-dump.ts";
import { migrationsIn, migrationsSeen } from "../migrate.ts";
import { backupWaitSeconds, withAdvisoryLock } from "../advisory-lock.ts";
import type { DatabaseConfig } from "../pool.ts";
import { roomBeside, sparedBytes } from "./disk-space.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface CopiesConfig {
  /** Who may read the tables in use, and do as it likes in the copies. */
  readonly reader: DatabaseConfig;
  /** Who may exchange the tables in use. */
  readonly exchanger: DatabaseConfig;
  /** The folder of this release's migrations. */
  readonly migrations: string;
  /** How many bytes the copies leave free. @default - `sparedBytes` */
  readonly spared?: number;
}

const migrationWaitSeconds = 30;

/** How many copies of the tables stand beside them at most: while a restore has its own, it keeps what is there. */
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
        const room = roomBeside(connection, reader, spared);
        await room.require(most[purpose]);
        await importDump(own, room.limit(sql));
        const copy = await openCopy(own, { exchanger, migrations });
        return work(copy).finally(copy.close);
      });
    },
  };
}

/** Makes a schema and does `work`; it is gone afterwards, and so is what a killed process left of it before. */
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
