import type { ChildProcess } from "node:child_process";

/** Ends a program that this process has started, and waits for that. */
export function endChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("close", () => resolve()); // what it printed has been read by then
    child.kill("SIGTERM");
  });
}
