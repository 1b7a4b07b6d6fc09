import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../infra/cli/free-port.ts";
import { end, remember } from "./children.ts";
import { node } from "./runtime.ts";

const patienceMs = 20_000;
const pauseMs = 2;

export interface ServerProgram {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What answers 200 as soon as the server can work. */
  readonly readyPath: string;
  /** File that takes its output. */
  readonly log: string;
}

export interface Server {
  readonly pid: number;
  readonly port: number;
  /** From the start of the process to its first 200. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** A server as a process of its own on a free port; resolves when it answers. */
export async function startServer(program: ServerProgram): Promise<Server> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawnWithLog(program, port);
  while (!(await answers(port, program.readyPath))) {
    if (child.exitCode !== null || performance.now() - startedAt > patienceMs)
      throw new Error(`${program.file} did not start:\n${readFileSync(program.log, "utf8").slice(-2000)}`);
    await sleep(pauseMs);
  }
  return { pid: child.pid!, port, readyMs: performance.now() - startedAt, stop: () => end(child) };
}

function spawnWithLog({ file, env, log }: ServerProgram, port: number) {
  const output = openSync(log, "a");
  try {
    return remember(
      spawn(node, [file], {
        env: { ...process.env, ...env, PORT: String(port) },
        stdio: ["ignore", output, output],
      }),
    );
  } finally {
    closeSync(output);
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined); // not listening yet
  await answer?.body?.cancel();
  return answer?.status === 200;
}
