import { Failure } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { runJob } from "../hosts/systemd-job.ts";
import type { Outputs } from "../../terraform/state.ts";
import { backupRecord, type BackupRecord } from "./manifest.ts";

/** Has the backend host keep its database in the bucket now, as it does every night. */
export async function backUp(deployment: Deployment, outputs: Outputs): Promise<BackupRecord> {
  const job = { unit: "tintype-backup.service", report: "backup" };
  const { isWell, report, said } = await runJob(deployment, outputs, job);
  if (isWell && report !== undefined) return backupRecord.parse(report["backup"]);
  const reason = said || "the release on the host knows no backups yet";
  throw new Failure(`There is no backup: ${reason}\nTo see more: ${deployment.make("logs")}`);
}
