import { command } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { frontDoor } from "../site/client.ts";
import { metricsUrl } from "../site/metrics-url.ts";
import { requireOutputs } from "../terraform/state.ts";

await command(async () => {
  const deployment = currentDeployment();
  const outputs = await requireOutputs(deployment);
  const { url, local } = await frontDoor(deployment, outputs);
  const shown = deployment.cloud === "local" ? { localUrl: url, ...(local && { localDoor: local }) } : {};
  const metrics = await metricsUrl(deployment, outputs);
  process.stdout.write(`${JSON.stringify({ ...shown, metricsUrl: metrics, ...outputs }, null, 2)}\n`);
});
