import type { Deployment } from "../deployment.ts";
import { localPortOf } from "../ec2/hosts/ssh.ts";
import type { Outputs } from "../terraform/state.ts";

/** The URL under which this machine reads what the API has counted; undefined where the deployment is older than that. */
export async function metricsUrl(deployment: Deployment, outputs: Outputs): Promise<string | undefined> {
  const { publicIp, metricsPort } = outputs.backend;
  if (metricsPort === undefined) return undefined;
  if (deployment.cloud === "aws") return `http://${publicIp}:${metricsPort}/api/metrics`;
  return `http://localhost:${await localPortOf(deployment, outputs, "backend", metricsPort)}/api/metrics`;
}
