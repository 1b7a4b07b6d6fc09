import { say, step } from "../../../cli/steps.ts";
import { openBucket } from "../backups/bucket.ts";
import { presentContents, restoreOnHost } from "../backups/host-restore.ts";
import { type BackupRecord, contentsOf } from "../backups/manifest.ts";
import { recordOf, restoreSource } from "../backups/restore-source.ts";
import { uploadBackup, withUnpacked } from "../backups/archive-reader.ts";
import { type Hosts, hostsOf } from "../hosts/ssh.ts";
import { confirmRestore } from "../../confirm.ts";
import type { Deployment } from "../../deployment.ts";
import { withLock } from "../../deployment-lock.ts";
import { presentCloud } from "../../record/access.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { isSwitchedOn } from "../../flags.ts";
import { typedPath } from "../../typed-path.ts";

export const restore = (deployment: Deployment) => withLock(deployment, () => fromBackup(deployment));

async function fromBackup(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const hosts = hostsOf(deployment, outputs);
  const source = restoreSource(process.env["FROM"], typedPath("FROM"));
  const bucket = openBucket(outputs, await presentCloud(deployment));
  if ("name" in source) {
    const record = await recordOf(source.name, bucket, deployment);
    await confirm(deployment, hosts, record);
    return restoreOnHost(hosts, record);
  }
  await withUnpacked(source.file, deployment.folder, async (backup) => {
    await confirm(deployment, hosts, backup.record);
    await step("Bring its images into the bucket", () => uploadBackup(backup, bucket));
    await restoreOnHost(hosts, backup.record);
  });
}

async function confirm(deployment: Deployment, hosts: Hosts, record: BackupRecord): Promise<void> {
  const there = await presentContents(hosts);
  const warning =
    `This replaces what ${deployment.name} holds (${there}) by the backup ${record.name} ` +
    `(${contentsOf(record.rows)}, release ${record.release}). Everybody is signed out.`;
  const yes = isSwitchedOn("YES");
  if (deployment.cloud.isDisposable || yes) say(warning);
  await confirmRestore(deployment, { yes, input: process.stdin, output: process.stderr }, warning);
}
