import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../cli/atomic-file.ts";
import type { Deployment } from "./deployment.ts";

/** Where a deployment was begun. Elsewhere Terraform finds nothing of it, and would make it a second time. */
export interface DeploymentRecord {
  readonly region: string;
  /** @default - not known: the deployment is older than this file */
  readonly account?: string;
  /** @default - the state is a file on this machine */
  readonly stateBucket?: string;
}

type HasFolder = Pick<Deployment, "folder">;
const fileOf = ({ folder }: HasFolder) => join(folder, "place.json");

/** What this machine has noted; undefined where it has begun nothing. */
export function readRecord(deployment: HasFolder): DeploymentRecord | undefined {
  const file = fileOf(deployment);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DeploymentRecord) : undefined;
}

export function writeRecord(deployment: HasFolder, pin: DeploymentRecord): void {
  writeWhole(fileOf(deployment), JSON.stringify(pin));
}

export function removeRecord(deployment: HasFolder): void {
  rmSync(fileOf(deployment), { force: true });
}
