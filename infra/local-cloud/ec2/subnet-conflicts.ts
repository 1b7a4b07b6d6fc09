import { BlockList } from "node:net";
import { tryRun } from "../../cli/run.ts";
import { dockerLines } from "./docker.ts";
import { ownLabels } from "./labels.ts";

/** A network as `docker network inspect` tells of it. */
export interface EngineNetwork {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly IPAM: { readonly Config: readonly { readonly Subnet?: string }[] | null };
}

/** Says which network has the addresses of a deployment's hosts already; undefined if none has. */
export async function rangeFault(deployment: string, range: string): Promise<string | undefined> {
  const ids = await dockerLines("network", "ls", "--quiet");
  // Not `docker`: a network that has just gone makes it fail, and it still tells of the others.
  const { stdout } = await tryRun("docker", ["network", "inspect", ...ids]);
  const holder = holderOf(range, JSON.parse(stdout) as EngineNetwork[], ownLabels(deployment));
  return (
    holder && `The addresses that belong to this name, ${range}, are taken by ${holder}. Choose another NAME.`
  );
}

/** Who has a part of an IPv4 range, in words; undefined where it is free or the network with these labels has it. */
export function holderOf(
  range: string,
  networks: readonly EngineNetwork[],
  own: Readonly<Record<string, string>>,
): string | undefined {
  const holder = networks.find(
    ({ Labels, IPAM }) =>
      (IPAM.Config ?? []).some(({ Subnet = "" }) => overlap(range, Subnet)) &&
      !Object.entries(own).every(([name, value]) => Labels?.[name] === value),
  );
  const deployment = holder?.Labels?.["tintype.deployment"];
  if (holder === undefined || deployment === undefined) return holder && `Docker's network ${holder.Name}`;
  return `the deployment ${deployment} (${holder.Labels?.["tintype.state"]})`;
}

function overlap(one: string, other: string): boolean {
  return !other.includes(":") && other !== "" && (begins(one, other) || begins(other, one));
}

/** Whether the first address of `inner` is in `outer`: of two ranges that overlap, one lies in the other. */
function begins(inner: string, outer: string): boolean {
  const [network = "", prefix] = outer.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(prefix));
  return list.check(inner.split("/")[0]!);
}
