import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { reachableUrl } from "./site-url.ts";
import { requireOutputs } from "./state.ts";

await command(async () => {
  const deployment = currentDeployment();
  const outputs = requireOutputs(deployment);
  const local = deployment.cloud === "local" ? { localUrl: await reachableUrl(deployment, outputs) } : {};
  process.stdout.write(`${JSON.stringify({ ...local, ...outputs }, null, 2)}\n`);
});
