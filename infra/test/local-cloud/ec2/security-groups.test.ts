import { expect, test } from "@jest/globals";
import type { Inbound } from "../../../local-cloud/ec2/instances.ts";
import { ruleset } from "../../../local-cloud/ec2/security-groups.ts";

const rulesFor = (...inbound: Inbound[]) =>
  ruleset({ inbound, subnetCidr: "10.20.1.0/24" })
    .split("\n")
    .filter((line) => line.includes("dport"))
    .map((line) => line.trim());

test("a port that is open to the world is open to all", () => {
  const site = { tcpPort: 80, ranges: ["0.0.0.0/0"], members: [] };
  expect(rulesFor(site)).toEqual(["tcp dport 80 accept"]);
});

test("a port that is open to a range is open to this machine, and to no other host", () => {
  const ssh = { tcpPort: 22, ranges: ["203.0.113.7/32"], members: [] };
  expect(rulesFor(ssh)).toEqual(["ip saddr 10.20.1.1 tcp dport 22 accept"]);
});

test("a port that is open to a group is open to its members", () => {
  const api = { tcpPort: 3000, ranges: [], members: ["10.20.1.10", "10.20.1.11"] };
  expect(rulesFor(api)).toEqual([
    "ip saddr 10.20.1.10 tcp dport 3000 accept",
    "ip saddr 10.20.1.11 tcp dport 3000 accept",
  ]);
});

test("a port that is open to a range and a group is open to both", () => {
  const both = { tcpPort: 3000, ranges: ["203.0.113.0/24"], members: ["10.20.1.10"] };
  expect(rulesFor(both)).toEqual([
    "ip saddr 10.20.1.1 tcp dport 3000 accept",
    "ip saddr 10.20.1.10 tcp dport 3000 accept",
  ]);
});

test("whatever no rule names is dropped", () => {
  expect(rulesFor()).toEqual([]);
  expect(ruleset({ inbound: [], subnetCidr: "10.20.1.0/24" })).toContain("policy drop");
});
