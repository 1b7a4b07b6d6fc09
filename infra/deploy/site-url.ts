import { publishedPort } from "../local-cloud/boot.ts";
import type { Deployment } from "./deployment.ts";
import type { Outputs } from "./terraform.ts";

/** The URL under which this machine reaches the site. */
export async function reachableUrl({ cloud }: Deployment, { url, frontend }: Outputs): Promise<string> {
  if (cloud === "aws") return url;
  return `http://localhost:${await publishedPort(frontend.instanceId, 80)}`;
}
