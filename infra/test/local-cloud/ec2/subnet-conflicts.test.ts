import { expect, test } from "@jest/globals";
import { type EngineNetwork, holderOf } from "../../../local-cloud/ec2/subnet-conflicts.ts";
import { ownLabels } from "../../../local-cloud/ec2/labels.ts";
import { subnetRange } from "../../../src/constructs/ec2/subnet-cidr.ts";

const blue = ownLabels("blue", "/here");

function network(subnet: string | undefined, labels: Record<string, string> | null = null): EngineNetwork {
  const Config = subnet === undefined ? null : [{ Subnet: subnet }];
  return { Name: "some-network", Labels: labels, IPAM: { Config } };
}

const holder = (...networks: EngineNetwork[]) => holderOf("10.20.1.0/24", networks, blue);

test("a range is free beside others, and where the deployment itself has it", () => {
  const beside = [
    network("10.20.2.0/24"),
    network("172.17.0.0/16"),
    network("fd00::/64"),
    network(undefined),
  ];
  expect(holder(...beside, network("10.20.1.0/24", blue))).toBeUndefined();
});

test.each(["10.20.1.0/24", "10.20.0.0/16", "10.20.1.128/25"])("a part of it is taken by %s", (subnet) => {
  expect(holder(network("10.20.2.0/24"), network(subnet))).toBe("Docker's network some-network");
});

test("it is taken by a deployment of another name, or of another clone's same name", () => {
  const taken = (name: string, state: string) => holder(network("10.20.1.0/24", ownLabels(name, state)));
  expect(taken("green", "/here")).toBe("the deployment green (/here)");
  expect(taken("blue", "/elsewhere")).toBe("the deployment blue (/elsewhere)");
});

test("names may share a range", () => {
  expect(subnetRange("dev")).toMatch(/^10\.(1[6-9]|[2-9]\d|1\d\d|2[0-3]\d)\.1\.0\/24$/);
  const names = Array.from({ length: 225 }, (_, index) => `name-${index}`);
  expect(new Set(names.map(subnetRange)).size).toBeLessThan(names.length);
});
