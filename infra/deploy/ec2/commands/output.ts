import type { Deployment } from "../../deployment.ts";
import { frontDoor } from "../hosts/front-door.ts";
import { metricsUrl } from "../hosts/metrics-url.ts";
import { requireOutputs } from "../../terraform/state.ts";

export async function output(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const shown = deployment.cloud.shownDoor(await frontDoor(deployment, outputs));
  const metrics = await metricsUrl(deployment, outputs);
  process.stdout.write(`${JSON.stringify({ ...shown, metricsUrl: metrics, ...outputs }, null, 2)}\n`);
}
