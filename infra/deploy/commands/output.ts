import { command } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { frontDoor } from "../ec2/hosts/front-door.ts";
import { metricsUrl } from "../ec2/hosts/metrics-url.ts";
import { requireOutputs } from "../terraform/state.ts";

await command(async () => {
  const deployment = currentDeployment();
  const outputs = await requireOutputs(deployment);
  const shown = deployment.cloud.shownDoor(await frontDoor(deployment, outputs));
  const metrics = await metricsUrl(deployment, outputs);
  process.stdout.write(`${JSON.stringify({ ...shown, metricsUrl: metrics, ...outputs }, null, 2)}\n`);
});
