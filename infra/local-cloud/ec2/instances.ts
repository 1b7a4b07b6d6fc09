import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Filter,
  type Instance,
} from "@aws-sdk/client-ec2";

/** What a container needs to know to stand in for an instance. */
export interface ListedInstance {
  readonly id: string;
  readonly privateIp: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly publicKey: string;
  readonly userData: string;
  /** What its security groups let in. */
  readonly inbound: readonly Inbound[];
  readonly volumes: readonly AttachedVolume[];
}

export interface Inbound {
  readonly tcpPort: number;
  /** Address ranges: with one, the port is open to the outside. */
  readonly ranges: readonly string[];
  /** Private addresses of the instances in the groups that it is open to. */
  readonly members: readonly string[];
}

export interface AttachedVolume {
  readonly id: string;
  readonly device: string;
  readonly gibibytes: number;
}

export interface Ec2Props {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly region: string;
}

/** Reads from the EC2 API of a region what instances there are and what belongs to them. */
export function ec2(props: Ec2Props) {
  const client = new EC2Client(props);

  async function describe(...filters: Filter[]): Promise<Instance[]> {
    const running = { Name: "instance-state-name", Values: ["pending", "running"] };
    const { Reservations = [] } = await client.send(
      new DescribeInstancesCommand({ Filters: [running, ...filters] }),
    );
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  /** The running instances of a deployment, by its tag. */
  async function list(deployment: string): Promise<ListedInstance[]> {
    const instances = await describe({ Name: "tag:Deployment", Values: [deployment] });
    return Promise.all(instances.map(details));
  }

  async function details(instance: Instance): Promise<ListedInstance> {
    const id = instance.InstanceId!;
    const [subnet, userData, publicKey, inbound, volumes] = await Promise.all([
      client.send(new DescribeSubnetsCommand({ SubnetIds: [instance.SubnetId!] })),
      client.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "userData" })),
      keyOf(instance),
      inboundOf(instance),
      volumesOf(instance),
    ]);
    return {
      id,
      privateIp: instance.PrivateIpAddress!,
      subnetId: instance.SubnetId!,
      subnetCidr: subnet.Subnets![0]!.CidrBlock!,
      userData: Buffer.from(userData.UserData?.Value ?? "", "base64").toString("utf8"),
      publicKey,
      inbound,
      volumes,
    };
  }

  async function keyOf({ KeyName }: Instance): Promise<string> {
    const { KeyPairs } = await client.send(
      new DescribeKeyPairsCommand({ KeyNames: [KeyName!], IncludePublicKey: true }),
    );
    return KeyPairs?.[0]?.PublicKey ?? "";
  }

  async function inboundOf({ SecurityGroups = [] }: Instance): Promise<Inbound[]> {
    const ids = SecurityGroups.map(({ GroupId }) => GroupId!);
    const groups = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: ids }));
    const rules = (groups.SecurityGroups ?? [])
      .flatMap(({ IpPermissions = [] }) => IpPermissions)
      .filter(({ IpProtocol }) => IpProtocol === "tcp")
      .toSorted((a, b) => a.FromPort! - b.FromPort!);
    return Promise.all(
      rules.map(async ({ FromPort, IpRanges = [], UserIdGroupPairs = [] }) => ({
        tcpPort: FromPort!,
        ranges: IpRanges.map(({ CidrIp }) => CidrIp!).toSorted(),
        members: await addressesIn(UserIdGroupPairs.map(({ GroupId }) => GroupId!)),
      })),
    );
  }

  async function addressesIn(groupIds: string[]): Promise<string[]> {
    if (groupIds.length === 0) return [];
    const members = await describe({ Name: "instance.group-id", Values: groupIds });
    return members.map(({ PrivateIpAddress }) => PrivateIpAddress!).toSorted();
  }

  async function volumesOf({ InstanceId, RootDeviceName }: Instance): Promise<AttachedVolume[]> {
    const filter = { Name: "attachment.instance-id", Values: [InstanceId!] };
    const { Volumes = [] } = await client.send(new DescribeVolumesCommand({ Filters: [filter] }));
    return Volumes.map(({ VolumeId, Size, Attachments }) => ({
      id: VolumeId!,
      gibibytes: Size!,
      device: Attachments?.find((attachment) => attachment.InstanceId === InstanceId)?.Device ?? "",
    })).filter(({ device }) => device !== "" && device !== RootDeviceName);
  }

  /** The instance profile of the instance with a private address, or undefined. */
  async function profileAt(privateIp: string): Promise<string | undefined> {
    const [instance] = await describe({ Name: "private-ip-address", Values: [privateIp] });
    return instance?.IamInstanceProfile?.Arn?.split("/").at(-1);
  }

  return { list, profileAt };
}
