import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { codeOf } from "../database-error.ts";
import type { DatabaseConfig } from "../pool.ts";

/** What copies leave free, so that the application can go on writing meanwhile. */
export const sparedBytes = 500e6;

const askEveryBytes = 32e6;

/** What the copies of a schema's tables may take on the volume of the database's files. */
export interface Room {
  /** Throws where so many copies, each as large as the tables are, would not fit. */
  require(copies: number): Promise<void>;
  /** The SQL as it is; throws as soon as loading it has left too little: a backup may be larger than what is there. */
  limit(sql: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** Where the volume is not on this machine, or cannot be asked, nothing is known and nothing refused. */
export function roomBeside(connection: Connection, config: DatabaseConfig, spared: number): Room {
  return {
    async require(copies) {
      const freeBytes = await freeBytesOf(connection, config);
      if (freeBytes === undefined) return;
      const dataBytes = await dataBytesOf(connection, config.database);
      const lack = lackOfRoom({ copies, dataBytes, spared, freeBytes });
      if (lack !== undefined) throw new Error(lack);
    },
    limit: (sql) => whileRoom(sql, () => freeBytesOf(connection, config), spared),
  };
}

interface Wanted {
  readonly copies: number;
  /** Of the tables in use, by which a copy is measured. */
  readonly dataBytes: number;
  readonly spared: number;
  readonly freeBytes: number;
}

/** In words, what is missing for the copies; undefined where nothing is. */
export function lackOfRoom({ copies, dataBytes, spared, freeBytes }: Wanted): string | undefined {
  const needed = copies * dataBytes + spared;
  if (freeBytes >= needed) return undefined;
  const what = copies === 1 ? "a copy" : `${copies} copies`;
  return (
    `There is no room for ${what} of the tables: ${mb(needed)} MB are needed, ${mb(spared)} of them for the ` +
    `application to go on, and ${mb(freeBytes)} MB are free on the database's volume. ${way}`
  );
}

export async function* whileRoom(
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
      `The copy leaves ${mb(free)} MB free on the database's volume, and the application needs ${mb(spared)}. ${way}`,
    );
  }
}

const way = "Nothing was changed. Make room there, or let the volume grow.";
const mb = (bytes: number) => Math.ceil(bytes / 1e6);

async function dataBytesOf(connection: Connection, schema: string): Promise<number> {
  // MySQL would tell figures of yesterday; MariaDB has no such variable.
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
    // The folder is the database's own, and this is another user; above it is the mount point, the same volume.
    if (codeOf(error) === "EACCES" && dirname(folder) !== folder) return freeBytesAt(dirname(folder));
    return undefined;
  }
}
