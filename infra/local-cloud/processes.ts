import { existsSync, readFileSync } from "node:fs";
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
    return command !== "" && words.every((word) => command.includes(word)); // empty: it has ended
  } catch {
    return false;
  }
}

/** Ends a process in order, and waits for that; leaves another one that has got its number alone. */
export async function endProcess(pid: number, ...words: readonly string[]): Promise<void> {
  if (runs(pid, ...words)) process.kill(pid, "SIGTERM");
  while (runs(pid, ...words)) await sleep(100);
}
