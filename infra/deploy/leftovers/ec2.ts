import {
  DescribeAddressesCommand,
  DescribeKeyPairsCommand,
  EC2Client,
  type Filter,
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
import { ownTags } from "../../src/constructs/tags.ts";
import { sdkClient } from "../clouds/sdk-client.ts";

type Ids = Promise<(string | undefined)[]>;

/** Only what carries a deployment's tags. */
interface Own {
  readonly Filters: Filter[];
}

const living: Filter = {
  Name: "instance-state-name",
  Values: ["pending", "running", "shutting-down", "stopping", "stopped"],
};

/** What EC2 is asked for: by its word in an ARN, what people call it, and where its ids come from. */
const kinds: Record<string, readonly [name: string, list: (client: EC2Client, own: Own) => Ids]> = {
  instance: [
    "instance",
    (client, { Filters }) =>
      ids(paginateDescribeInstances({ client }, { Filters: [...Filters, living] }), (page) =>
        (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId)),
      ),
  ],
  volume: [
    "volume",
    (client, own) =>
      ids(paginateDescribeVolumes({ client }, own), (page) => page.Volumes?.map((one) => one.VolumeId)),
  ],
  snapshot: [
    "snapshot",
    (client, own) =>
      ids(paginateDescribeSnapshots({ client }, { ...own, OwnerIds: ["self"] }), (page) =>
        page.Snapshots?.map((one) => one.SnapshotId),
      ),
  ],
  "elastic-ip": [
    "elastic IP",
    async (client, own) => {
      const { Addresses = [] } = await client.send(new DescribeAddressesCommand(own));
      return Addresses.map((one) => one.AllocationId);
    },
  ],
  "key-pair": [
    "key pair",
    async (client, own) => {
      const { KeyPairs = [] } = await client.send(new DescribeKeyPairsCommand(own));
      return KeyPairs.map((one) => one.KeyName);
    },
  ],
  "network-interface": [
    "network interface",
    (client, own) =>
      ids(paginateDescribeNetworkInterfaces({ client }, own), (page) =>
        page.NetworkInterfaces?.map((one) => one.NetworkInterfaceId),
      ),
  ],
  "security-group": [
    "security group",
    (client, own) =>
      ids(paginateDescribeSecurityGroups({ client }, own), (page) =>
        page.SecurityGroups?.map((one) => one.GroupId),
      ),
  ],
  "security-group-rule": [
    "security group rule",
    (client, own) =>
      ids(paginateDescribeSecurityGroupRules({ client }, own), (page) =>
        page.SecurityGroupRules?.map((one) => one.SecurityGroupRuleId),
      ),
  ],
  subnet: [
    "subnet",
    (client, own) =>
      ids(paginateDescribeSubnets({ client }, own), (page) => page.Subnets?.map((one) => one.SubnetId)),
  ],
  "route-table": [
    "route table",
    (client, own) =>
      ids(paginateDescribeRouteTables({ client }, own), (page) =>
        page.RouteTables?.map((one) => one.RouteTableId),
      ),
  ],
  "internet-gateway": [
    "internet gateway",
    (client, own) =>
      ids(paginateDescribeInternetGateways({ client }, own), (page) =>
        page.InternetGateways?.map((one) => one.InternetGatewayId),
      ),
  ],
  vpc: [
    "VPC",
    (client, own) => ids(paginateDescribeVpcs({ client }, own), (page) => page.Vpcs?.map((one) => one.VpcId)),
  ],
};

/** As they stand in ARNs: of these EC2 itself is asked. */
export const ec2Kinds = Object.keys(kinds);

/** What EC2 says it still has of a deployment, by its tags. A terminated instance stays listed for a while and does not count. */
export async function leftInEc2(
  name: string,
  region: string,
  access: Record<string, string>,
): Promise<string[]> {
  const client = new EC2Client(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const tags = Object.entries(ownTags(name));
  const own = { Filters: tags.map(([tag, value]) => ({ Name: `tag:${tag}`, Values: [value] })) };
  const found = Object.values(kinds).map(async ([name, list]) =>
    (await list(client, own)).map((id) => `${name} ${id}`),
  );
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
