import type { Deployment } from "../../deployment.ts";
import { running } from "./ssh.ts";
import type { Outputs } from "../../terraform/state.ts";

/** The URL under which this machine reads what the API has counted; undefined if the deployment is older than that. */
export async function metricsUrl(deployment: Deployment, outputs: Outputs): Promise<string | undefined> {
  const { metricsPort } = outputs.backend;
  if (metricsPort === undefined) return undefined;
  const { origin } = running(
    await deployment.cloud.portOf(outputs.backend, metricsPort),
    "backend",
    deployment,
  );
  return `${origin}/api/metrics`;
}
