import { say } from "../../../cli/steps.ts";
import { createBackup } from "../backups/create.ts";
import { hostsOf } from "../hosts/ssh.ts";
import type { Deployment } from "../../deployment.ts";
import { withLock } from "../../deployment-lock.ts";
import { quoted } from "../../../cli/quoted.ts";
import { presentCloud } from "../../record/access.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { typedPath } from "../../typed-path.ts";

export function backup(deployment: Deployment): Promise<void> {
  return withLock(deployment, async () => {
    const startedAt = Date.now();
    const outputs = await requireOutputs(deployment);
    const access = await presentCloud(deployment);
    const to = typedPath("TO");
    const { name } = await createBackup({ hosts: hostsOf(deployment, outputs), outputs, access, to });
    say(`\nBacked up in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
    say(`\nTo put it back: ${deployment.make("restore")} FROM=${quoted(to ?? name)}`);
  });
}
