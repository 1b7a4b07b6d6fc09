import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isNodeError } from "./user-error.ts";

export interface Holder {
  readonly pid: number;
  /** Tells a process from a later one that got its number; empty where the system does not say. */
  readonly start: string;
  readonly command: string;
  readonly since: string;
}

/** Takes a lock that is a file, for this process; returns the living process that has it instead. It ends with the file. */
export function takeLock(file: string, command: string): Holder | undefined {
  const holder: Holder = {
    pid: process.pid,
    start: startOf(process.pid),
    command,
    since: new Date().toISOString(),
  };
  // Linked, not written in place: no process reads half a lock.
  const own = `${file}.${holder.pid}`;
  writeFileSync(own, JSON.stringify(holder));
  try {
    while (!linked(own, file)) {
      const other = read(file);
      if (other !== undefined && isAlive(other)) return other;
      if (other !== undefined) removeStale(file, own, other);
    }
    return undefined;
  } finally {
    rmSync(own);
  }
}

function linked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (isNodeError(error) && error.code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch (error) {
    if (isNodeError(error) && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Removes the lock of a process that has ended, unless it has become that of a faster process. One process at a time looks
 * and removes: it links its own holder file, `own`, beside the lock for that. If another does, nothing happens.
 */
export function removeStale(file: string, own: string, stale: Pick<Holder, "pid" | "start">): void {
  const removing = `${file}.stale`;
  if (!linked(own, removing)) {
    const other = read(removing);
    if (other !== undefined && !isAlive(other)) rmSync(removing, { force: true });
    return;
  }
  try {
    const now = read(file);
    if (now?.pid === stale.pid && now.start === stale.start) rmSync(file);
  } finally {
    rmSync(removing);
  }
}

function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isNodeError(error) && error.code === "ESRCH") return false; // EPERM: it runs, as another user
  }
  return startOf(pid) === start;
}

/** When a process began, in clock ticks since boot; field 22 of what Linux tells (proc(5)). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
