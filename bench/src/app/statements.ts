import type { Connection, RowDataPacket } from "mysql2/promise";

/** How many statements the database is sent for each of the operations that `work` counts, preparations included. */
export async function statementsEach(
  database: Connection,
  work: () => Promise<{ readonly operations: number }>,
): Promise<number> {
  const own = -(await statementsSoFar(database)) + (await statementsSoFar(database)); // to count is to ask
  const before = await statementsSoFar(database);
  const { operations } = await work();
  return ((await statementsSoFar(database)) - before - own) / operations;
}

async function statementsSoFar(database: Connection): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_stmt_prepare')",
  );
  return rows.reduce((sum, row) => sum + Number(row["Value"]), 0);
}
