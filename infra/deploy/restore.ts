import { command } from "../machine/failure.ts";
import { say, step } from "../machine/steps.ts";
import { openBucket } from "./backups/bucket.ts";
import { presentContents, restoreOnHost } from "./backups/host-restore.ts";
import { type BackupRecord, contentsOf } from "./backups/record.ts";
import { recordOf, restoreSource } from "./backups/restore-source.ts";
import { uploadBackup, withUnpacked } from "./backups/unpacked.ts";
import { confirmRestore } from "./confirm.ts";
import { currentDeployment, type Deployment } from "./deployment.ts";
import { alone } from "./lock.ts";
import { presentCloud } from "./state/present-cloud.ts";
import { type Outputs, requireOutputs } from "./state/state.ts";
import { switchedOn } from "./switched-on.ts";
import { typedPath } from "./typed-path.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, () => restore(deployment));
});

async function restore(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const source = restoreSource(process.env["FROM"], typedPath("FROM"));
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
  const yes = switchedOn("YES");
  if (deployment.cloud === "local" || yes) say(told);
  await confirmRestore(deployment, { yes, input: process.stdin, output: process.stderr }, told);
}
