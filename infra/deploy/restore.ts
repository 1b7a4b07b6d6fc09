import { command } from "../machine/failure.ts";
import { say, step } from "../machine/steps.ts";
import { type BackupRecord, contentsOf } from "./backup-record.ts";
import { openBucket } from "./bucket.ts";
import { confirmRestore } from "./confirm.ts";
import { currentDeployment, type Deployment } from "./deployment.ts";
import { presentContents, restoreOnHost } from "./host-restore.ts";
import { alone } from "./lock.ts";
import { presentCloud } from "./present-cloud.ts";
import { recordOf, restoreSource } from "./restore-source.ts";
import { type Outputs, requireOutputs } from "./state.ts";
import { uploadBackup, withUnpacked } from "./unpacked-backup.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, () => restore(deployment));
});

async function restore(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const source = restoreSource(process.env["FROM"], deployment);
  const bucket = openBucket(outputs, await presentCloud(deployment));
  if ("name" in source) {
    const record = await recordOf(source.name, bucket, deployment);
    await confirm(deployment, outputs, record);
    return restoreOnHost(deployment, outputs, record);
  }
  await withUnpacked(source.file, deployment.folder, async (backup) => {
    await confirm(deployment, outputs, backup.record);
    await step("Bring its images into the bucket", () => uploadBackup(backup, bucket));
    await restoreOnHost(deployment, outputs, backup.record);
  });
}

async function confirm(deployment: Deployment, outputs: Outputs, record: BackupRecord): Promise<void> {
  const there = await presentContents(deployment, outputs);
  const told =
    `This replaces what ${deployment.name} holds (${there}) by the backup ${record.name} ` +
    `(${contentsOf(record.rows)}, release ${record.release}). Everybody is signed out.`;
  const yes = process.env["YES"] === "1";
  if (deployment.cloud === "local" || yes) say(told);
  await confirmRestore(deployment, { yes, input: process.stdin, output: process.stderr }, told);
}
