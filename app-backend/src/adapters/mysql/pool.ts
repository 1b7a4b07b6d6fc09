import {
  createPool,
  type Pool,
  type PoolOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from "mysql2/promise";
import { databaseError } from "./database-error.ts";

/** How to reach the database: by socket, or by host and port. */
export interface DatabaseConfig {
  readonly socketPath?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What the driver is told for a pool and for a single connection alike: times are UTC, text is all of Unicode. */
export function driverOptions(config: DatabaseConfig): PoolOptions {
  const { socketPath, host, port, user, password, database } = config;
  const place = socketPath ? { socketPath } : { host, port };
  return {
    ...place,
    user,
    password,
    database,
    charset: "utf8mb4_unicode_ci",
    timezone: "Z",
    connectTimeout: 2_000,
  } as PoolOptions;
}

export function openPool(config: DatabaseConfig): Pool {
  return createPool({ ...driverOptions(config), connectionLimit: 8, maxIdle: 8, queueLimit: 256 });
}

type Value = string | number | boolean | Date | null;

/** The rows of a prepared SELECT. */
export async function select<Row>(pool: Pool, sql: string, values: Value[]): Promise<Row[]> {
  return pool.execute<(Row & RowDataPacket)[]>(sql, values).then(([rows]) => rows, databaseError);
}

/** How many rows a prepared statement matched. */
export async function change(pool: Pool, sql: string, values: Value[]): Promise<number> {
  return pool.execute<ResultSetHeader>(sql, values).then(([result]) => result.affectedRows, databaseError);
}
