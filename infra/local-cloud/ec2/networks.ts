import { UserError } from "../../cli/user-error.ts";
import { docker, dockerLines } from "./docker.ts";
import type { ListedInstance } from "./instances.ts";
import { filterArguments, labelArguments } from "./labels.ts";

/** Interface names have 15 letters at most; by this beginning the local cloud knows its own networks. */
export const bridgePrefix = "tintype";

export interface HostNetwork {
  readonly name: string;
  /** The address of this machine in it: there the hosts find S3 and their metadata. */
  readonly gateway: string;
}

/** AWS keeps the first address of a subnet for the router too. */
export const gatewayOf = (subnetCidr: string) => subnetCidr.replace(/\.0\/\d+$/, ".1");

/** Makes the container network of an instance's subnet, with the very address range, unless it is there. */
export async function ensureNetwork(deployment: string, instance: ListedInstance): Promise<HostNetwork> {
  const name = `tintype-${instance.subnetId}`;
  const gateway = gatewayOf(instance.subnetCidr);
  if (!(await dockerLines("network", "ls", "--format", "{{.Name}}")).includes(name)) {
    const made = docker(
      "network",
      "create",
      "--subnet",
      instance.subnetCidr,
      "--gateway",
      gateway,
      ...labelArguments(deployment),
      "--opt",
      `com.docker.network.bridge.name=${bridgePrefix}${instance.subnetId.slice(-8)}`,
      name,
    );
    await made.catch((error: unknown) => {
      throw isHeld(error) ? new UserError(heldRange(instance.subnetCidr)) : error;
    });
  }
  return { name, gateway };
}

// No network that the engine lists has the range: a deploy has compared them when it began.
const isHeld = (error: unknown) => error instanceof Error && error.message.includes("Pool overlaps");
const heldRange = (range: string) =>
  `Docker's engine holds the addresses ${range} for a network that it does not list, as after a crash. Restart it, or choose another NAME.`;

export async function removeNetworks(deployment: string): Promise<void> {
  const ids = await dockerLines("network", "ls", "--quiet", ...filterArguments(deployment));
  if (ids.length > 0) await docker("network", "rm", ...ids);
}

/** The gateway that a host's container has. */
export async function hostGateway(instanceId: string): Promise<string> {
  const format = "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}";
  const [gateway = ""] = await dockerLines("inspect", "--format", format, `tintype-${instanceId}`);
  return gateway;
}
