import { escapeId } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { TableState, TableChecksums } from "../../domain/backup.ts";

/** All tables of a schema as the connection sees them: in a transaction, as of its start. */
export async function tableChecksums(connection: Connection, schema: string): Promise<TableChecksums> {
  const states: Record<string, TableState> = {};
  for (const name of await tablesOf(connection, schema)) {
    states[name] = await stateOf(connection, qualified(schema, name));
  }
  return states;
}

export async function tablesOf(connection: Connection, schema: string): Promise<string[]> {
  const sql = `SHOW FULL TABLES FROM ${escapeId(schema)} WHERE Table_type = 'BASE TABLE'`;
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  return rows.map((row) => String(Object.values(row)[0]));
}

export function qualified(schema: string, table: string): string {
  return `${escapeId(schema)}.${escapeId(table)}`;
}

async function stateOf(connection: Connection, table: string): Promise<TableState> {
  const value = async (sql: string, column: string) => {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return String(rows[0]?.[column]);
  };
  return {
    rows: Number(await value(`SELECT COUNT(*) AS count FROM ${table}`, "count")),
    checksum: await value(`CHECKSUM TABLE ${table}`, "Checksum"),
    definition: await value(`SHOW CREATE TABLE ${table}`, "Create Table"),
  };
}
