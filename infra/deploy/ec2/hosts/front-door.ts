import type { FrontDoor } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { domainOf } from "../site/domain.ts";
import type { Outputs } from "../../terraform/state.ts";
import { running } from "./ssh.ts";

/** Throws a UserError if the frontend host does not run. */
export async function frontDoor(deployment: Deployment, outputs: Outputs): Promise<FrontDoor> {
  const { url, frontend } = outputs;
  const site = { url, domain: domainOf(outputs), frontend };
  return running(await deployment.cloud.frontDoor(site), "frontend", deployment);
}

/** Where to read why the site does not answer. */
export const logsAdvice = ({ make }: Pick<Deployment, "make">): string =>
  `What the hosts say: ${make("logs")}, for the frontend with HOST=frontend`;
