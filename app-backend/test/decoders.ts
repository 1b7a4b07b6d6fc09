import { readdirSync, readFileSync } from "node:fs";

/** The decoders of the process `parent`, by id, including zombies. */
export function decodersOf(parent: number): number[] {
  return children(parent).filter((pid) => stateOf(pid) === "Z" || textOf(pid, "cmdline").includes("decoder"));
}

/** Peak memory of a process in bytes. */
export function peakOf(pid: number): number {
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(textOf(pid, "status"))?.[1] ?? 0);
}

function children(parent: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statusOf(pid)[1] === String(parent));
}

function stateOf(pid: number): string | undefined {
  return statusOf(pid)[0];
}

/** State, parent and so on: what follows the name in `/proc/PID/stat`. */
function statusOf(pid: number): string[] {
  return textOf(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
}

/** Empty if the process has ended. */
function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
