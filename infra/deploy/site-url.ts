import type { Deployment } from "./deployment.ts";
import { localPortOf } from "./hosts.ts";
import type { Outputs } from "./state.ts";

/** The URL under which this machine reaches the site. */
export async function reachableUrl(deployment: Deployment, outputs: Outputs): Promise<string> {
  if (deployment.cloud === "aws") return outputs.url;
  return `http://localhost:${await localPortOf(deployment, outputs, "frontend", 80)}`;
}
