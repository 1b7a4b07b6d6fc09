import { type Connection, createConnection } from "mysql2/promise";
import type { Snapshot } from "../../../ports/database-copies.ts";
import { type ClientProgram, startClient } from "./mysql-cli.ts";
import { type DatabaseConfig, driverOptions } from "../pool.ts";
import { lockingTables } from "../table-locks.ts";
import { qualified, tablesOf, tableChecksums } from "../table-checksums.ts";

const beginTimeoutMs = 10_000;

/**
 * One snapshot of all tables in two transactions: that of the program that dumps them, and one that counts their rows.
 * Writes are blocked only while the two begin, some tens of milliseconds.
 */
export async function takeSnapshot(config: DatabaseConfig): Promise<Snapshot> {
  const [still, reader] = await Promise.all([open(config), open(config)]);
  try {
    await holdStill(still, config.database);
    await reader.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await reader.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    const dump = await startClient("dump", config, dumpArguments(config));
    const beginning = await begun(dump);
    return {
      sql: allOf(beginning, dump),
      tables: () => tableChecksums(reader, config.database),
      close: async () => {
        dump.child.kill();
        await reader.end();
      },
    };
  } catch (error) {
    reader.destroy();
    throw error;
  } finally {
    await still.end();
  }
}

const open = (config: DatabaseConfig): Promise<Connection> => createConnection(driverOptions(config));

async function holdStill(connection: Connection, schema: string): Promise<void> {
  const tables = await tablesOf(connection, schema);
  const locks = tables.map((name) => `${qualified(schema, name)} READ`);
  if (locks.length > 0) await lockingTables(connection, `LOCK TABLES ${locks.join(", ")}`);
}

function dumpArguments({ database }: DatabaseConfig): string[] {
  // Dumping tablespaces would need a global privilege, and InnoDB creates its own.
  return ["--single-transaction", "--quick", "--no-tablespaces", "--hex-blob", "--skip-comments", database];
}

/**
 * Waits for the first table or the end of the dump: by then its transaction has begun. Returns what was read, and the
 * iterator that reads the rest. It stays open: Node discards what a program has printed when that ends without a reader.
 */
async function begun({ child }: ClientProgram) {
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  const head: Buffer[] = [];
  const timer = setTimeout(() => child.kill(), beginTimeoutMs);
  while (!Buffer.concat(head).includes("CREATE TABLE")) {
    const { done, value } = await chunks.next();
    if (done) break;
    head.push(value);
  }
  clearTimeout(timer);
  return { head, chunks };
}

async function* allOf(
  { head, chunks }: Awaited<ReturnType<typeof begun>>,
  { ended }: ClientProgram,
): AsyncGenerator<Buffer> {
  yield* head;
  yield* chunks;
  await ended;
}
