import { stateRoot } from "../../cli/paths.ts";

/** Labels of a deployment's containers and networks. One engine may serve several clones that use the same names. */
export function ownLabels(deployment: string, state = stateRoot): Record<string, string> {
  return { "tintype.deployment": deployment, "tintype.state": state };
}

/** Arguments of docker that put the labels on what is created. */
export function labelArguments(deployment: string, state?: string): string[] {
  return pairs(deployment, state).flatMap((label) => ["--label", label]);
}

/** Arguments of docker that list what has all of the labels. */
export function filterArguments(deployment: string, state?: string): string[] {
  return pairs(deployment, state).flatMap((label) => ["--filter", `label=${label}`]);
}

/** As `filterArguments`, of whatever deployment of this clone. */
export function stateFilter(state = stateRoot): string[] {
  return ["--filter", `label=tintype.state=${state}`];
}

function pairs(deployment: string, state?: string): string[] {
  return Object.entries(ownLabels(deployment, state)).map(([name, value]) => `${name}=${value}`);
}
