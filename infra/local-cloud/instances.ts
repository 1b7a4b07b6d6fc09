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
  /** TCP ports that a security group opens to an address range, so to somebody outside. */
  readonly openPorts: readonly number[];
  readonly volumes: readonly AttachedVolume[];
}

export interface AttachedVolume {
  readonly id: string;
  readonly device: string;
  readonly gibibytes: number;
}

export interface Ec2Props {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** @default - us-east-1 */
  readonly region?: string;
}

/** Reads from the EC2 API what instances there are and what belongs to them. */
export function ec2({ endpoint, credentials, region = "us-east-1" }: Ec2Props) {
  const client = new EC2Client({ endpoint, credentials, region });

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
    const [subnet, userData, publicKey, openPorts, volumes] = await Promise.all([
      client.send(new DescribeSubnetsCommand({ SubnetIds: [instance.SubnetId!] })),
      client.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: "userData" })),
      keyOf(instance),
      portsOf(instance),
      volumesOf(instance),
    ]);
    return {
      id,
      privateIp: instance.PrivateIpAddress!,
      subnetId: instance.SubnetId!,
      subnetCidr: subnet.Subnets![0]!.CidrBlock!,
      userData: Buffer.from(userData.UserData?.Value ?? "", "base64").toString("utf8"),
      publicKey,
      openPorts,
      volumes,
    };
  }

  async function keyOf({ KeyName }: Instance): Promise<string> {
    const { KeyPairs } = await client.send(
      new DescribeKeyPairsCommand({ KeyNames: [KeyName!], IncludePublicKey: true }),
    );
    return KeyPairs?.[0]?.PublicKey ?? "";
  }

  async function portsOf({ SecurityGroups = [] }: Instance): Promise<number[]> {
    const ids = SecurityGroups.map(({ GroupId }) => GroupId!);
    const groups = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: ids }));
    return (groups.SecurityGroups ?? [])
      .flatMap(({ IpPermissions = [] }) => IpPermissions)
      .filter(({ IpProtocol, IpRanges = [] }) => IpProtocol === "tcp" && IpRanges.length > 0)
      .map(({ FromPort }) => FromPort!)
      .toSorted((a, b) => a - b);
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

  async function profileAt(privateIp: string): Promise<string | undefined> {
    const [instance] = await describe({ Name: "private-ip-address", Values: [privateIp] });
    return instance?.IamInstanceProfile?.Arn?.split("/").at(-1);
  }

  return { list, profileAt };
}
