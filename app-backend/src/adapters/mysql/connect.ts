import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "mysql2/promise";
import { codeOf, isAway } from "./database-error.ts";
import { driverOptions, type DatabaseConfig } from "./pool.ts";

const pauseMs = 500;

/** Connects, waiting up to `waitMs` for a database that may still be starting. Logs why it waits. */
export async function connectWhenUp(
  config: DatabaseConfig,
  { waitMs, log }: { waitMs: number; log: (message: string) => void },
): Promise<Connection> {
  const giveUpAt = Date.now() + waitMs;
  let reported = "";
  for (;;) {
    try {
      return await createConnection(driverOptions(config));
    } catch (error) {
      const code = codeOf(error);
      if (!isAway(error) || code.startsWith("ER_") || Date.now() + pauseMs > giveUpAt) throw error;
      if (code !== reported) log(`waiting up to ${waitMs / 1000} s for the database: ${code}`);
      reported = code;
      await sleep(pauseMs);
    }
  }
}
