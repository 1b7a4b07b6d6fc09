import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../database-error.ts";
import type { DatabaseConfig } from "../pool.ts";

/** MariaDB's name first: its packages are dropping the other. */
const programs = { dump: ["mariadb-dump", "mysqldump"], client: ["mariadb", "mysql"] };

export interface ClientProgram {
  readonly child: ChildProcessWithoutNullStreams;
  /** Rejects with the program's error output if it failed. */
  readonly ended: Promise<void>;
}

/** Starts one of the database's command-line programs, with credentials. */
export async function startClient(
  kind: keyof typeof programs,
  config: DatabaseConfig,
  args: readonly string[],
): Promise<ClientProgram> {
  // In a file: other users could read a password in the command line or the environment.
  const folder = await mkdtemp(join(tmpdir(), "tintype-client-"));
  const options = join(folder, "options");
  await writeFile(options, optionsOf(config), { mode: 0o600 });
  const child = await spawnFirst(programs[kind], [`--defaults-file=${options}`, ...args]);
  const ended = endOf(child).finally(() => rm(folder, { recursive: true }));
  ended.catch(() => undefined); // the reader of its output handles the error
  return { child, ended };
}

function optionsOf({ user, password, socketPath, host, port }: DatabaseConfig): string {
  const place = socketPath ? { socket: socketPath } : { protocol: "tcp", host, port };
  const options = { user, password, ...place, "default-character-set": "utf8mb4" };
  const lines = Object.entries(options).map(([name, value]) => `${name}="${value}"`);
  return `[client]\n${lines.join("\n")}\n`;
}

async function spawnFirst(names: readonly string[], args: string[]): Promise<ChildProcessWithoutNullStreams> {
  for (const name of names) {
    const child = spawn(name, args);
    try {
      await once(child, "spawn");
      return child;
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
  throw new Error(`Neither ${names.join(" nor ")} is installed.`);
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<void> {
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2000)));
  child.stdin.on("error", () => {}); // it may end without reading all; its error output has the reason
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code ?? signal}: ${errors.trim()}`);
}
