import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, type } from "node:os";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { run } from "../../../infra/cli/run.ts";
import type { Summary } from "../measure/statistics.ts";
import { nodeVersion } from "../processes/runtime.ts";

/** Where and on what the figures were taken. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly database: string;
  readonly commit: string;
}

export interface Origin extends Machine {
  /** What others took of the machine, in percent, watched before and after each part of the run. */
  readonly others: Summary;
}

export async function machineOf(database: Connection): Promise<Machine> {
  const [[version]] = await database.query<RowDataPacket[]>("SELECT VERSION() AS version");
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(Number(/MemTotal:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1e6),
    kernel: `${type()} ${release()}`,
    node: nodeVersion,
    database: String(version?.["version"]),
    commit: await commit(),
  };
}

/** The commit, marked where what is measured is not what it holds. */
async function commit(): Promise<string> {
  const cwd = import.meta.dirname;
  const hash = await run("git", ["rev-parse", "--short", "HEAD"], { cwd });
  const changes = await run("git", ["status", "--porcelain", "--", ":/app-backend", ":/bench/src"], { cwd });
  return hash.trim() + (changes === "" ? "" : " with uncommitted changes");
}
