import { type Connection, createConnection } from "mysql2/promise";
import type { Copy } from "../../../ports/database-copies.ts";
import { swapTables } from "./swap-tables.ts";
import { migrate, migrationsSeen } from "../migrate.ts";
import { mysqlObjectRecords } from "../object-records.ts";
import { closePool, type DatabaseConfig, driverOptions, openPool } from "../pool.ts";
import { tablesOf, tableChecksums } from "../table-checksums.ts";

interface Dependencies {
  readonly exchanger: DatabaseConfig;
  /** The folder of this release's migrations. */
  readonly migrations: string;
}

/** Opens the copy in the staging schema that `config` names. */
export async function openStagingSchema(
  config: DatabaseConfig,
  { exchanger, migrations }: Dependencies,
): Promise<Copy & { close(): Promise<void> }> {
  const { database } = config;
  const there = await connected(config, (connection) => tablesOf(connection, database));
  const pool = openPool(config);
  return {
    // Only the existing tables: a damaged database can be backed up too.
    records: mysqlObjectRecords(pool, there),
    tables: () => connected(config, (connection) => tableChecksums(connection, database)),
    migrations: () => connected(config, (connection) => migrationsSeen(connection, database)),
    migrate: () => connected(config, (connection) => migrate(connection, migrations)),
    endSessions: () => connected(config, endSessions),
    putInPlace: () => connected(exchanger, (connection) => swapTables(connection, database)),
    close: () => closePool(pool),
  };
}

export async function connected<Result>(
  config: DatabaseConfig,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await createConnection(driverOptions(config));
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

async function endSessions(connection: Connection): Promise<void> {
  for (const table of ["sessions", "codes", "challenges"]) await connection.query("DELETE FROM ??", [table]);
}
