import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "../../emulator/processes.ts";
import { lambdaBootstrap } from "./paths.ts";
import type { Ending, Sandboxes } from "./sandbox.ts";

export interface ProcessSandboxesProps {
  /** The Node program. */
  readonly node: string;
  /** Names the runner's processes to the next runner. */
  readonly label: string;
}

/**
 * Environments as plain processes, for machines without Docker. Not enforced: memory, CPU share, the size of `/tmp`,
 * the read-only file system, the user. `os.tmpdir()` is an empty folder, `/tmp` itself is this machine's.
 */
export function processSandboxes({ node, label }: ProcessSandboxesProps): Sandboxes {
  const marker = `--lambda=${label}`;
  return {
    start({ task, env, onLine }) {
      const tmp = mkdtempSync(join(tmpdir(), "tintype-lambda-"));
      // Its own group, so that what the function starts is frozen and ended with it.
      const child = spawn(node, [lambdaBootstrap, marker], {
        cwd: task,
        env: { ...env, TMPDIR: tmp },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      printLines(child, onLine);
      const ended = endOf(child).finally(() => rmSync(tmp, { recursive: true, force: true }));
      return {
        ended,
        freeze: async () => signalGroup(child.pid, "SIGSTOP"),
        thaw: async () => signalGroup(child.pid, "SIGCONT"),
        async kill() {
          signalGroup(child.pid, "SIGKILL");
          await ended;
        },
      };
    },
    taskRoot: (task) => task,
    async sweep() {
      for (const pid of processesWith(lambdaBootstrap, marker)) signalGroup(pid, "SIGKILL");
    },
  };
}

/** Standard output and error, line by line. A carriage return is no line's end: Lambda's own format has them within. */
export function printLines({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const input of [stdout, stderr]) {
    let rest = "";
    input?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      lines.forEach(onLine);
    });
    input?.on("end", () => rest !== "" && onLine(rest));
  }
}

function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: 127, outOfMemory: false }));
    // A signal that this runner did not send: the kernel's, when the machine has no memory left.
    child.once("exit", (code, signal) => resolve({ code, outOfMemory: signal === "SIGKILL" }));
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {} // it has ended
}
