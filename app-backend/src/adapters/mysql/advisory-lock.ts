import type { Connection, RowDataPacket } from "mysql2/promise";

/** What only one may do at a time in a database. */
export type Task = "migrate" | "backup";

/** So long a backup is waited for: it takes some minutes, and who waits holds up nobody. */
export const backupWaitSeconds = 600;

/** Does `work` while no other connection of any process holds the database's lock for that task; waits for it so long. */
export async function withAdvisoryLock<Result>(
  connection: Connection,
  task: Task,
  waitSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const sql = `SELECT GET_LOCK(CONCAT(DATABASE(), '.${task}'), ?) AS locked`;
  const [rows] = await connection.query<RowDataPacket[]>(sql, [waitSeconds]);
  if (rows[0]?.["locked"] !== 1) {
    throw new Error(`a ${task} was under way for all of ${waitSeconds} s: try again when it has ended`);
  }
  try {
    return await work();
  } finally {
    await connection.query(`DO RELEASE_LOCK(CONCAT(DATABASE(), '.${task}'))`);
  }
}
