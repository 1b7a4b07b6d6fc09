import type { Deployment } from "./deployment.ts";
import type { Outputs } from "./terraform.ts";

/** The URL under which this machine reaches the site. */
export function reachableUrl(deployment: Deployment, outputs: Outputs): string {
  return deployment.cloud === "local" ? `http://localhost:${deployment.localPort}` : outputs.url;
}
