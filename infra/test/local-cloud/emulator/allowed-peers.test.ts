import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "@jest/globals";
import { isOwn } from "../../../local-cloud/emulator/allowed-peers.ts";

const inNetwork = (address: string): NetworkInterfaceInfo => ({
  address,
  cidr: `${address}/24`,
  netmask: "255.255.255.0",
  family: "IPv4",
  mac: "02:42:00:00:00:01",
  internal: false,
});
const interfaces = {
  lo: [{ ...inNetwork("127.0.0.1"), cidr: "127.0.0.1/8", internal: true }],
  eth0: [inNetwork("192.168.1.5")],
  docker0: [inNetwork("172.17.0.1")],
  tintype0a1b2c3d: [inNetwork("10.20.1.1")],
  tintype4e5f6a7b: [inNetwork("10.30.1.1")],
};
const accepts = (remoteAddress: string, localAddress: string) =>
  isOwn({ remoteAddress, localAddress }, interfaces);

test("takes this machine's loopback and a network's own hosts", () => {
  expect(accepts("127.0.0.1", "127.0.0.1")).toBe(true);
  expect(accepts("10.20.1.10", "10.20.1.1")).toBe(true);
  expect(accepts("10.20.1.1", "10.20.1.1")).toBe(true); // this machine, at a network's gateway
});

test.each([
  ["192.168.1.9", "10.20.1.1", "another machine that routes through this one"],
  ["10.20.2.10", "10.20.1.1", "the range beside a network's"],
  ["10.30.1.10", "10.20.1.1", "another deployment's host"],
  ["172.17.0.2", "10.20.1.1", "a container of another program"],
  ["172.17.0.2", "172.17.0.1", "a container of another program, at its own gateway"],
  ["192.168.1.9", "192.168.1.5", "another machine"],
  ["10.20.1.10", "192.168.1.5", "a host at another address of this machine"],
  ["192.168.1.9", "127.0.0.1", "another machine, at the loopback"],
])("turns %s away from %s: %s", (remoteAddress, localAddress) => {
  expect(accepts(remoteAddress, localAddress)).toBe(false);
});

test("turns away a connection that has no addresses any more", () => {
  expect(isOwn({ localAddress: undefined, remoteAddress: undefined }, interfaces)).toBe(false);
});
