import {
  DescribeAddressesCommand,
  DescribeKeyPairsCommand,
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  paginateDescribeVpcs,
} from "@aws-sdk/client-ec2";
import { sdkClient } from "../aws/sdk-client.ts";
import type { Deployment } from "../deployment.ts";

/** What EC2 says it still has of a deployment, by its tags. A terminated instance stays listed for a while and does not count. */
export async function leftInEc2(deployment: Deployment, access: Record<string, string>): Promise<string[]> {
  const client = new EC2Client(sdkClient(access, access["AWS_ENDPOINT_URL"], deployment.region));
  const Filters = [
    { Name: "tag:Project", Values: ["tintype"] },
    { Name: "tag:Deployment", Values: [deployment.name] },
  ];
  const alive = ["pending", "running", "shutting-down", "stopping", "stopped"];
  const living = [...Filters, { Name: "instance-state-name", Values: alive }];
  const config = { client };
  const by = { Filters };
  const kinds: Record<string, () => Promise<(string | undefined)[]>> = {
    instance: () =>
      ids(paginateDescribeInstances(config, { Filters: living }), (page) =>
        (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)),
      ),
    volume: () =>
      ids(paginateDescribeVolumes(config, by), (page) => page.Volumes?.map((one) => one.VolumeId)),
    snapshot: () =>
      ids(paginateDescribeSnapshots(config, { ...by, OwnerIds: ["self"] }), (page) =>
        page.Snapshots?.map((one) => one.SnapshotId),
      ),
    "elastic IP": async () => {
      const { Addresses = [] } = await client.send(new DescribeAddressesCommand(by));
      return Addresses.map((one) => one.AllocationId);
    },
    "key pair": async () => {
      const { KeyPairs = [] } = await client.send(new DescribeKeyPairsCommand(by));
      return KeyPairs.map((one) => one.KeyName);
    },
    "network interface": () =>
      ids(paginateDescribeNetworkInterfaces(config, by), (page) =>
        page.NetworkInterfaces?.map((one) => one.NetworkInterfaceId),
      ),
    "security group": () =>
      ids(paginateDescribeSecurityGroups(config, by), (page) =>
        page.SecurityGroups?.map((one) => one.GroupId),
      ),
    "security group rule": () =>
      ids(paginateDescribeSecurityGroupRules(config, by), (page) =>
        page.SecurityGroupRules?.map((one) => one.SecurityGroupRuleId),
      ),
    subnet: () =>
      ids(paginateDescribeSubnets(config, by), (page) => page.Subnets?.map((one) => one.SubnetId)),
    "route table": () =>
      ids(paginateDescribeRouteTables(config, by), (page) =>
        page.RouteTables?.map((one) => one.RouteTableId),
      ),
    "internet gateway": () =>
      ids(paginateDescribeInternetGateways(config, by), (page) =>
        page.InternetGateways?.map((one) => one.InternetGatewayId),
      ),
    VPC: () => ids(paginateDescribeVpcs(config, by), (page) => page.Vpcs?.map((one) => one.VpcId)),
  };
  const found = Object.entries(kinds).map(async ([kind, ask]) => (await ask()).map((id) => `${kind} ${id}`));
  return (await Promise.all(found)).flat();
}

async function ids<Page>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => (string | undefined)[] | undefined,
): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for await (const page of pages) all.push(...(of(page) ?? []));
  return all;
}
