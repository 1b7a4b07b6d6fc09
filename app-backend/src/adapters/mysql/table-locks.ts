import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import { isConflict } from "./database-error.ts";

// Whoever waits for a lock on a table holds up all who come after; the application waits a second for an answer.
const patienceSeconds = 1;
const maxTries = 20;
const pauseMs = 250;

/** Runs a statement that locks whole tables; where others use one for long, lets them go first and tries again. */
export async function lockingTables(connection: Connection, sql: string): Promise<void> {
  await connection.query(`SET SESSION lock_wait_timeout = ${patienceSeconds}`);
  try {
    await tryOften(() => connection.query(sql));
  } finally {
    await connection.query("SET SESSION lock_wait_timeout = DEFAULT").catch(() => undefined);
  }
}

async function tryOften(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isConflict(error) || tries === maxTries) throw error;
    }
    await sleep(pauseMs);
  }
}
