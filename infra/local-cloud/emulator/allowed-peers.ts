import { BlockList, type Socket } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { bridgePrefix } from "../ec2/networks.ts";

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Whether a connection comes from this machine's loopback, or over a network of the local cloud from a host in
 * that very network: another machine can send to a bridge's address too, when it takes this one for its router.
 */
export function isOwn(
  { localAddress = "", remoteAddress = "" }: Pick<Socket, "localAddress" | "remoteAddress">,
  interfaces?: Interfaces,
): boolean {
  if (localAddress.startsWith("127.")) return remoteAddress.startsWith("127.");
  return Object.entries(interfaces ?? networkInterfaces()) // asking takes longer than a request
    .filter(([name]) => name.startsWith(bridgePrefix))
    .flatMap(([, addresses = []]) => addresses)
    .filter(({ address, family }) => family === "IPv4" && address === localAddress)
    .some(({ address, cidr }) => isWithin(remoteAddress, address, Number(cidr?.split("/")[1] ?? 32)));
}

function isWithin(address: string, network: string, prefix: number): boolean {
  const range = new BlockList();
  range.addSubnet(network, prefix);
  return range.check(address);
}
