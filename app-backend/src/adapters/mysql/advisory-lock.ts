import type { Connection, RowDataPacket } from "mysql2/promise";

/** Tasks that exclude each other in a database. */
export type Task = "migrate" | "backup";

/** How long to wait for a backup: it takes some minutes, and waiting blocks no one else. */
export const backupWaitSeconds = 600;

/** Runs `work` while holding the database's lock for that task, which it waits for at most `waitSeconds`. */
export async function withAdvisoryLock<Result>(
  connection: Connection,
  task: Task,
  waitSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const sql = `SELECT GET_LOCK(CONCAT(DATABASE(), '.${task}'), ?) AS locked`;
  const [rows] = await connection.query<RowDataPacket[]>(sql, [waitSeconds]);
  if (rows[0]?.["locked"] !== 1) {
    throw new Error(`another ${task} is still running after ${waitSeconds} s: try again when it has ended`);
  }
  try {
    return await work();
  } finally {
    await connection.query(`DO RELEASE_LOCK(CONCAT(DATABASE(), '.${task}'))`);
  }
}
