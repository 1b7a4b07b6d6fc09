import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Whether a process runs, and is the one whose command line has all these words: after a crash or a reboot its
 * number may be another's. Where the system has no /proc, the number must do.
 */
export function runs(pid: number, ...words: readonly string[]): boolean {
  try {
    process.kill(pid, 0);
    if (!existsSync("/proc/self")) return true;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return command !== "" && hasWords(command, words); // empty: it has ended
  } catch {
    return false;
  }
}

/** Not as parts of longer words: the port 5000 is not in 50001. */
function hasWords(command: string, words: readonly string[]): boolean {
  return words.every((word) => {
    const plain = word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    return new RegExp(`(?<![a-z0-9])${plain}(?![a-z0-9])`, "i").test(command);
  });
}

/** Ends a process in order, and waits for that; leaves another one that has got its number alone. */
export async function endProcess(pid: number, ...words: readonly string[]): Promise<void> {
  if (runs(pid, ...words)) process.kill(pid, "SIGTERM");
  while (runs(pid, ...words)) await sleep(100);
}

/** The numbers of all processes whose command line has all these words, for when what was written down of them is lost. */
export function processesWith(...words: readonly string[]): number[] {
  const others = existsSync("/proc/self") ? listedInProc() : listedByPs();
  return others
    .filter(({ pid, command }) => pid !== process.pid && hasWords(command, words))
    .map(({ pid }) => pid);
}

interface Listed {
  readonly pid: number;
  readonly command: string;
}

function listedInProc(): Listed[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.map((pid) => ({ pid, command: commandOf(pid) }));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended since
  }
}

function listedByPs(): Listed[] {
  const lines = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  return lines.map((line) => {
    const [, pid = "", command = ""] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    return { pid: Number(pid), command };
  });
}
