import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makePrivateFolder } from "../../cli/private-files.ts";
import { takeLock } from "../../cli/process-lock.ts";
import { UserError } from "../../cli/user-error.ts";
import { cloudFolder } from "./paths.ts";

const patienceMs = 15 * 60_000;

/**
 * Does `work` while no other command of this clone does work of that name; waits for one that does. Two commands that are
 * the first would start two clouds, and lose what is in one.
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  makePrivateFolder(cloudFolder);
  const file = join(cloudFolder, `${name}.lock`);
  const deadline = Date.now() + patienceMs;
  for (let other; (other = takeLock(file, "")) !== undefined; await sleep(100)) {
    if (Date.now() < deadline) continue;
    const { pid, since } = other;
    throw new UserError(`Process ${pid} has been at work on the local cloud since ${since}: ${file}`);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
