import { setTimeout as sleep } from "node:timers/promises";
import { createConnection, type Connection } from "mysql2/promise";
import { codeOf, isAway } from "./database-error.ts";
import { driverOptions, type DatabaseConfig } from "./pool.ts";

const pauseMs = 500;

/** A connection, as soon as the database gives one: it may still be starting. Tells `say` why it waits. */
export async function connectWhenUp(
  config: DatabaseConfig,
  { waitMs, say }: { waitMs: number; say: (message: string) => void },
): Promise<Connection> {
  const giveUpAt = Date.now() + waitMs;
  let told = "";
  for (;;) {
    try {
      return await createConnection(driverOptions(config));
    } catch (error) {
      const code = codeOf(error);
      if (!isAway(error) || code.startsWith("ER_") || Date.now() + pauseMs > giveUpAt) throw error;
      if (code !== told) say(`waiting up to ${waitMs / 1000} s for the database: ${code}`);
      told = code;
      await sleep(pauseMs);
    }
  }
}
