import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { codeOf } from "../database-error.ts";
import type { DatabaseConfig } from "../pool.ts";

/** What copies leave free, so that the application can go on writing. */
export const sparedBytes = 500e6;

const askEveryBytes = 32e6;

/** Checks of the free space on the volume of the database's files. */
export interface DiskSpace {
  /** Throws if that many copies, each as large as the tables are, would not fit. */
  require(copies: number): Promise<void>;
  /** Passes the SQL on; throws once loading it leaves too little: a backup may be larger than the current tables. */
  limit(sql: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** If the volume is not on this machine, or cannot be queried, nothing is refused. */
export function diskSpaceOf(connection: Connection, config: DatabaseConfig, spared: number): DiskSpace {
  return {
    async require(copies) {
      const freeBytes = await freeBytesOf(connection, config);
      if (freeBytes === undefined) return;
      const dataBytes = await dataBytesOf(connection, config.database);
      const shortage = shortageOf({ copies, dataBytes, spared, freeBytes });
      if (shortage !== undefined) throw new Error(shortage);
    },
    limit: (sql) => whileSpared(sql, () => freeBytesOf(connection, config), spared),
  };
}

interface Demand {
  readonly copies: number;
  /** Size of the tables in use, which estimates the size of a copy. */
  readonly dataBytes: number;
  readonly spared: number;
  readonly freeBytes: number;
}

/** The message about missing space; undefined if there is enough. */
export function shortageOf({ copies, dataBytes, spared, freeBytes }: Demand): string | undefined {
  const needed = copies * dataBytes + spared;
  if (freeBytes >= needed) return undefined;
  const what = copies === 1 ? "a copy" : `${copies} copies`;
  return (
    `There is no disk space for ${what} of the tables: ${mb(needed)} MB are needed, ${mb(spared)} of them for the ` +
    `application, and ${mb(freeBytes)} MB are free on the database's volume. ${advice}`
  );
}

export async function* whileSpared(
  sql: AsyncIterable<Uint8Array>,
  freeBytes: () => Promise<number | undefined>,
  spared: number,
): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const chunk of sql) {
    yield chunk;
    passed += chunk.length;
    if (passed < askEveryBytes) continue;
    passed = 0;
    const free = (await freeBytes()) ?? Infinity;
    if (free >= spared) continue;
    throw new Error(
      `The copy leaves ${mb(free)} MB free on the database's volume, and the application needs ${mb(spared)}. ${advice}`,
    );
  }
}

const advice = "Nothing was changed. Free space there, or enlarge the volume.";
const mb = (bytes: number) => Math.ceil(bytes / 1e6);

async function dataBytesOf(connection: Connection, schema: string): Promise<number> {
  // MySQL caches these statistics for a day unless this is 0; MariaDB has no such variable.
  await connection.query("SET SESSION information_schema_stats_expiry = 0").catch((error: unknown) => {
    if (codeOf(error) !== "ER_UNKNOWN_SYSTEM_VARIABLE") throw error;
  });
  const sql =
    "SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = ?";
  const [rows] = await connection.query<RowDataPacket[]>(sql, [schema]);
  return Number(rows[0]?.["bytes"] ?? 0);
}

const ownHosts = ["localhost", "127.0.0.1", "::1"];

async function freeBytesOf(
  connection: Connection,
  { socketPath, host }: DatabaseConfig,
): Promise<number | undefined> {
  if (socketPath === undefined && !ownHosts.includes(host ?? "")) return undefined;
  const [rows] = await connection.query<RowDataPacket[]>("SELECT @@datadir AS folder");
  return freeBytesAt(String(rows[0]?.["folder"]));
}

async function freeBytesAt(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    // Only the database's user may read the folder; its parent is the mount point of the same volume.
    if (codeOf(error) === "EACCES" && dirname(folder) !== folder) return freeBytesAt(dirname(folder));
    return undefined;
  }
}
