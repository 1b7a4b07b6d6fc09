import { pipeline } from "node:stream/promises";
import { startClient } from "./mysql-cli.ts";
import type { DatabaseConfig } from "../pool.ts";

// A dump runs as a user who may write only into copies. Binary mode disables the client's own commands, one of which
// starts a shell.
const cautions = ["--binary-mode", "--local-infile=0", "--batch"];

/** Runs SQL in a schema. */
export async function importDump(config: DatabaseConfig, sql: AsyncIterable<Uint8Array>): Promise<void> {
  const { child, ended } = await startClient("client", config, [...cautions, config.database]);
  child.stdout.resume();
  let fault: unknown;
  const written = pipeline(contentOf(sql), child.stdin).catch(() => child.kill());
  await Promise.allSettled([written, ended]);
  if (fault !== undefined) throw fault;
  await ended;

  /** Distinguishes a fault of the content from one of the program, which closes the pipe. */
  async function* contentOf(chunks: AsyncIterable<Uint8Array>) {
    try {
      yield* chunks;
    } catch (error) {
      fault = error;
      throw error;
    }
  }
}
