import { UserError } from "../../cli/user-error.ts";
import type { FrontDoor } from "../clouds/cloud.ts";
import type { Deployment } from "../deployment.ts";
import type { ServerlessOutputs } from "./outputs.ts";

/** Shows the site, if this cloud has to, and returns how this machine reaches it. */
export function showSite(deployment: Deployment, outputs: ServerlessOutputs): Promise<FrontDoor> {
  const { name, folder, localPort, cloud } = deployment;
  const functions = Object.values(outputs.functions);
  return cloud.edge.show({ ...outputs, name, folder, localPort, functions });
}

/** How this machine reaches a site that was deployed; a UserError if it does not. */
export async function siteDoor(deployment: Deployment, { url }: ServerlessOutputs): Promise<FrontDoor> {
  const { name, cloud, make } = deployment;
  const door = await cloud.edge.door({ name, url });
  if (door !== undefined) return door;
  throw new UserError(`The site is not shown: the local cloud has ended. To start again: ${make("deploy")}`);
}
