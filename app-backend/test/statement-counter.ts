import type { DatabaseConfig } from "../src/adapters/mysql/pool.ts";
import { tcpProxy } from "./tcp-proxy.ts";

/** COM_STMT_EXECUTE, the fifth byte of its packet, after length and number. */
const execute = 0x17;

/**
 * Counts the statements that one application executes, between it and its database: the server's own counters include
 * those of tests that run at the same time.
 */
export async function statementCounter() {
  let count = 0;
  const proxy = await tcpProxy(Number(process.env["MYSQL_PORT"]), (sent) => {
    if (sent[4] === execute) count += 1;
  });
  return {
    route: (config: DatabaseConfig): DatabaseConfig => ({ ...config, port: proxy.port }),
    count: () => count,
    close: () => proxy.close(),
  };
}
