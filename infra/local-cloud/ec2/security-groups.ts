import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "./docker.ts";
import type { ListedInstance } from "./instances.ts";
import { gatewayOf } from "./networks.ts";

const file = "security-groups.nft";
const folderOnHost = "/opt/local-cloud";

/** Ports that are open to an address range, so to the outside of the hosts' network. */
export function portsOpenOutside({ inbound }: ListedInstance): number[] {
  return inbound.filter(({ ranges }) => ranges.length > 0).map(({ tcpPort }) => tcpPort);
}

/** What the filter of a host depends on. */
export type Filtered = Pick<ListedInstance, "inbound" | "subnetCidr">;

/** Makes a running container let in what its instance's security groups do, now and after a reboot. */
export async function filterTraffic(container: string, instance: Filtered): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tintype-filter-"));
  try {
    writeFileSync(join(folder, file), ruleset(instance));
    await docker("cp", join(folder, file), `${container}:${folderOnHost}/${file}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await docker("exec", container, "nft", "--file", `${folderOnHost}/${file}`);
}

/**
 * In the language of nftables. Who is let in by a range comes through a port that this machine publishes on its
 * loopback alone, and so with the network's gateway as its address. The other hosts are in no range but the world's.
 */
export function ruleset({ inbound, subnetCidr }: Filtered): string {
  const rules = inbound.flatMap(({ tcpPort, ranges, members }) => {
    if (ranges.includes("0.0.0.0/0")) return [`tcp dport ${tcpPort} accept`];
    const sources = ranges.length > 0 ? [gatewayOf(subnetCidr), ...members] : members;
    return sources.map((address) => `ip saddr ${address} tcp dport ${tcpPort} accept`);
  });
  return [
    "table inet security_groups",
    "delete table inet security_groups",
    "table inet security_groups {",
    "  chain inbound {",
    "    type filter hook input priority 0; policy drop;",
    '    iif "lo" accept',
    "    ct state established,related accept",
    ...rules.map((rule) => `    ${rule}`),
    "  }",
    "}",
    "",
  ].join("\n");
}
