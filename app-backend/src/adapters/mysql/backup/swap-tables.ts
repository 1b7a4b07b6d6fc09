import { escapeId } from "mysql2";
import type { Connection } from "mysql2/promise";
import { lockingTables } from "../table-locks.ts";
import { qualified, tablesOf } from "../table-checksums.ts";

/**
 * Replaces the tables of the connection's schema by those of another in one statement: any client sees all of the old
 * or all of the new. The old ones are removed.
 */
export async function swapTables(connection: Connection, from: string): Promise<void> {
  const into = String(connection.config.database);
  const before = `${into}_before`;
  const [old, next] = [await tablesOf(connection, into), await tablesOf(connection, from)];
  await connection.query(drop(before));
  await connection.query(`CREATE DATABASE ${escapeId(before)}`);
  // The old ones first: names of constraints are unique in a schema.
  const moves = [
    ...old.map((name) => move(name, into, before)),
    ...next.map((name) => move(name, from, into)),
  ];
  try {
    await lockingTables(connection, `RENAME TABLE ${moves.join(", ")}`);
  } catch (error) {
    if ((await tablesOf(connection, before)).length === 0) await connection.query(drop(before));
    throw error;
  }
  // The swap is complete even if this fails; the next one removes what is left.
  await connection.query(drop(before)).catch(() => undefined);
}

const drop = (schema: string) => `DROP DATABASE IF EXISTS ${escapeId(schema)}`;

function move(table: string, from: string, to: string): string {
  return `${qualified(from, table)} TO ${qualified(to, table)}`;
}
