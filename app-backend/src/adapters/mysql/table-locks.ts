import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import { isConflict } from "./database-error.ts";

// A statement that waits for a table lock blocks all later ones; the application waits one second for a response.
const patienceSeconds = 1;
const maxTries = 20;
const pauseMs = 250;

/** Runs a statement that locks whole tables; if they are in use for long, yields to the other statements and retries. */
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
