import { command } from "../machine/failure.ts";
import { say } from "../machine/steps.ts";
import { keepBackup } from "./backups/keep.ts";
import { currentDeployment } from "./deployment.ts";
import { alone } from "./lock.ts";
import { quoted } from "./quoted.ts";
import { presentCloud } from "./state/present-cloud.ts";
import { requireOutputs } from "./state/state.ts";
import { typedPath } from "./typed-path.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, async () => {
    const startedAt = Date.now();
    const outputs = await requireOutputs(deployment);
    const access = await presentCloud(deployment);
    const to = typedPath("TO");
    const { name } = await keepBackup(deployment, { outputs, access, to });
    say(`\nBacked up in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
    say(`\nTo put it back: ${deployment.make("restore")} FROM=${quoted(to ?? name)}`);
  });
});
