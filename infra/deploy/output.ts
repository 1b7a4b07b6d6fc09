import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { metricsUrl, reachableUrl } from "./site-url.ts";
import { requireOutputs } from "./state.ts";

await command(async () => {
  const deployment = currentDeployment();
  const outputs = await requireOutputs(deployment);
  const local = deployment.cloud === "local" ? { localUrl: await reachableUrl(deployment, outputs) } : {};
  const metrics = await metricsUrl(deployment, outputs);
  process.stdout.write(`${JSON.stringify({ ...local, metricsUrl: metrics, ...outputs }, null, 2)}\n`);
});
