import {
  AllocateAddressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  EC2Client,
  type ResourceType,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { CreateInstanceProfileCommand, CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { leftoversOf } from "../../../deploy/leftovers/leftovers.ts";
import { requireNewName } from "../../../deploy/record/name-is-free.ts";
import { recordPlace } from "../../../deploy/record/checks.ts";
import { readState } from "../../../deploy/terraform/state.ts";
import { fakeCloud } from "../fake-cloud.ts";
import { scratchDeployment, writeState } from "../scratch-deployment.ts";

const name = `left${process.pid}`;
const deployment = scratchDeployment({ name });
const left = (of = name) => leftoversOf(of, deployment.region, fakeCloud);
const begin = async (one = deployment) => requireNewName(one, await readState(one), () => left(one.name));

const endpoint = fakeCloud["AWS_ENDPOINT_URL"]!;
const ec2 = new EC2Client({ endpoint });
const iam = new IAMClient({ endpoint });
const s3 = new S3Client({ forcePathStyle: true });

const tags = (of: string) =>
  Object.entries({ Project: "tintype", Deployment: of }).map(([Key, Value]) => ({ Key, Value }));
const tagged = (ResourceType: ResourceType, of = name) => ({
  TagSpecifications: [{ ResourceType, Tags: tags(of) }],
});

test("nothing is left where nothing was made, and a deployment may begin", async () => {
  expect(await left()).toEqual([]);
  await begin();
});

test("DEP-11 what each service still has of a deployment is reported, and nothing of another whose name begins alike", async () => {
  const zone = { AvailabilityZone: "us-east-1a", Size: 1 };
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ ...zone, ...tagged("volume") }));
  await ec2.send(new CreateVolumeCommand({ ...zone, ...tagged("volume", `${name}-2`) }));
  const { AllocationId } = await ec2.send(new AllocateAddressCommand(tagged("elastic-ip")));
  const KeyName = `tintype-${name}`;
  await ec2.send(new CreateKeyPairCommand({ KeyName, ...tagged("key-pair") }));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16", ...tagged("vpc") }));
  const group = { GroupName: name, Description: name, VpcId: Vpc!.VpcId!, ...tagged("security-group") };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
  for (const owner of [name, `${name}-2`]) {
    const RoleName = `tintype-${owner}-backend`;
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}", Tags: tags(owner) }));
    const profile = { InstanceProfileName: RoleName, Tags: tags(owner) };
    await iam.send(new CreateInstanceProfileCommand(profile));
    const Bucket = `tintype-${owner}-pictures`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags(owner) } }));
  }
  const theirs = { RoleName: `tintype-${name}-theirs`, Tags: [{ Key: "Deployment", Value: name }] };
  await iam.send(new CreateRoleCommand({ ...theirs, AssumeRolePolicyDocument: "{}" }));
  const untagged = `tintype-${name}-${"20261121101919706900000001"}`;
  await s3.send(new CreateBucketCommand({ Bucket: untagged }));

  expect((await left()).toSorted()).toEqual(
    [
      `volume ${VolumeId}`,
      `elastic IP ${AllocationId}`,
      `key pair ${KeyName}`,
      `VPC ${Vpc!.VpcId}`,
      `security group ${GroupId}`,
      `IAM role tintype-${name}-backend`,
      `IAM instance profile tintype-${name}-backend`,
      `bucket tintype-${name}-pictures`,
      `bucket ${untagged}`,
    ].toSorted(),
  );
});

test("STATE-01 a deployment of which this machine has no record is not made a second time", async () => {
  const refused = begin();
  await expect(refused).rejects.toThrow(
    /this machine has no record of them.*say STATE_BUCKET=.*volume vol-/s,
  );
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});

test("nor one that a deploy on this machine began, which ended before its state was stored", async () => {
  const begun = scratchDeployment({ name });
  await recordPlace(begun, fakeCloud);
  await expect(begin(begun)).rejects.toThrow("this machine has no record of them");
  writeState(begun);
  await begin(begun);
});

test("an instance counts until it is terminated", async () => {
  const of = `${name}-3`;
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, ...tagged("instance", of) }),
  );
  const { InstanceId } = Instances![0]!;
  expect(await left(of)).toEqual([`instance ${InstanceId}`]);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId!] }));
  expect(await left(of)).toEqual([`instance ${InstanceId}`]); // USE-31: its disk still costs
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
  expect(await left(of)).toEqual([]);
});
