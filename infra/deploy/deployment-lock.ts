import { linkSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { makePrivateFolder } from "../cli/private-files.ts";
import { UserError, isNodeError } from "../cli/user-error.ts";
import type { Deployment } from "./deployment.ts";

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one that got its number; empty where the system does not say. */
  readonly start: string;
  readonly command: string;
  readonly since: string;
}

/**
 * Does `work` while no other command changes this deployment; a UserError names the one that does. The folders are there
 * meanwhile, and go again where nothing was written into them.
 */
export async function withLock<T>(deployment: Deployment, work: () => Promise<T>): Promise<T> {
  const file = join(deployment.folder, "lock");
  const command = deployment.make(basename(process.argv[1] ?? "", ".ts"));
  const since = new Date().toISOString();
  enter(deployment.folder, file, { pid: process.pid, start: startOf(process.pid), command, since });
  try {
    makePrivateFolder(deployment.logs);
    return await work();
  } finally {
    removeEmpty(deployment.logs); // before the lock goes: the next holder makes it again
    rmSync(file, { force: true });
    removeEmpty(deployment.folder);
  }
}

/** Makes the folder and takes the lock in it; again if a command that ends has just removed the folder as empty. */
function enter(folder: string, file: string, holder: Holder): void {
  for (let tries = 1; ; tries += 1) {
    try {
      makePrivateFolder(folder); // the key and the state lie here
      return take(file, holder);
    } catch (error) {
      if (tries === 100 || !isNodeError(error) || error.code !== "ENOENT") throw error;
    }
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const stays = isNodeError(error) && ["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code ?? "");
    if (!stays) throw error;
  }
}

function take(file: string, holder: Holder): void {
  // Linked, not written in place: no process reads half a lock.
  const own = `${file}.${holder.pid}`;
  writeFileSync(own, JSON.stringify(holder));
  try {
    while (!linked(own, file)) {
      const other = read(file);
      if (other !== undefined && isAlive(other)) throw refusal(other);
      if (other !== undefined) removeStale(file, own, other);
    }
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

function refusal({ command, pid, since }: Holder): UserError {
  return new UserError(
    `\`${command}\` has been running on this deployment since ${since} (process ${pid}). Wait for it to finish.`,
    2,
  );
}
