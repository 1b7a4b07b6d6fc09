import { rmdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { makePrivateFolder } from "../cli/private-files.ts";
import { type Holder, takeLock } from "../cli/process-lock.ts";
import { UserError, isNodeError } from "../cli/user-error.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Does `work` while no other command changes this deployment; a UserError names the one that does. The folders are there
 * meanwhile, and go again where nothing was written into them.
 */
export async function withLock<T>(deployment: Deployment, work: () => Promise<T>): Promise<T> {
  const file = join(deployment.folder, "lock");
  const command = deployment.make(basename(process.argv[1] ?? "", ".ts"));
  enter(deployment.folder, file, command);
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
function enter(folder: string, file: string, command: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      makePrivateFolder(folder); // the key and the state lie here
      const other = takeLock(file, command);
      if (other !== undefined) throw refusal(other);
      return;
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

function refusal({ command, pid, since }: Holder): UserError {
  return new UserError(
    `\`${command}\` has been running on this deployment since ${since} (process ${pid}). Wait for it to finish.`,
    2,
  );
}
