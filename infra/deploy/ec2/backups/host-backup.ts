import { UserError } from "../../../cli/user-error.ts";
import { jobs } from "../hosts/host-commands.ts";
import type { Hosts } from "../hosts/ssh.ts";
import { runJob } from "../hosts/systemd-job.ts";
import { backupRecord, type BackupRecord } from "./manifest.ts";

/** Has the backend host keep its database in the bucket now, as it does every night. */
export async function backUp(hosts: Hosts): Promise<BackupRecord> {
  const { isWell, report, said } = await runJob(hosts, jobs.backup);
  if (isWell && report !== undefined) return backupRecord.parse(report["backup"]);
  const reason = said || "the release on the host knows no backups yet";
  throw new UserError(`There is no backup: ${reason}\nTo see more: ${hosts.make("logs")}`);
}
