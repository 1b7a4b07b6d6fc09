import { join } from "node:path";
import { UserError } from "../../../cli/user-error.ts";
import { stateRoot } from "../../../cli/paths.ts";
import { agrees, type Questioning } from "../../confirm.ts";
import type { Deployment } from "../../deployment.ts";
import { type BackupTarget, createBackup } from "./create.ts";

/**
 * Backs a deployment up before it is removed: if a file is named, or if the operator agrees at a terminal. Returns
 * the file, which stays; undefined where none was wanted.
 */
export async function backUpBeforeDestroy(
  deployment: Deployment,
  target: BackupTarget,
  questioning: Questioning,
): Promise<string | undefined> {
  const file = target.to ?? (await proposedFile(deployment, questioning));
  if (file === undefined) return undefined;
  try {
    await createBackup({ ...target, to: file });
    return file;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const way = `Without a last backup: ${deployment.make("destroy")} YES=1`;
    throw new UserError(`${error.message}\n\nNothing was removed. ${way}`, error.exitCode);
  }
}

async function proposedFile({ name }: Deployment, questioning: Questioning): Promise<string | undefined> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const file = join(stateRoot, "backups", `${name}-${time}Z.tar`);
  return (await agrees(`Keep a last backup in ${file}?`, questioning)) ? file : undefined;
}
