import { EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { beforeAll, expect, test } from "@jest/globals";
import { ec2 } from "../../../local-cloud/ec2/instances.ts";
import { profileInAny } from "../../../local-cloud/ec2/instance-profiles.ts";

const endpoint = process.env["MOTO_URL"]!;
const credentials = { accessKeyId: "operator", secretAccessKey: "unchecked" };
const home = "eu-central-1";
const profile = "metadata-test";
let privateIp: string;

beforeAll(async () => {
  await createProfile();
  const { Instances } = await new EC2Client({ endpoint, credentials, region: home }).send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: profile },
    }),
  );
  privateIp = Instances![0]!.PrivateIpAddress!;
});

async function createProfile(): Promise<void> {
  const scope = "operator/20260101/us-east-1/iam/aws4_request";
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=x` },
    body: new URLSearchParams({ Action: "CreateInstanceProfile", InstanceProfileName: profile }),
  });
  expect(answer.status).toBe(200);
}

const profileIn = (...regions: string[]) => profileInAny(regions, privateIp, { endpoint, credentials });

test("an instance's profile is found in the region where it is, and in no other", async () => {
  expect(await ec2({ endpoint, credentials, region: home }).profileAt(privateIp)).toBe(profile);
  expect(await ec2({ endpoint, credentials, region: "us-east-1" }).profileAt(privateIp)).toBeUndefined();
});

test("it is found among several regions, and not without its own", async () => {
  expect(await profileIn("us-east-1", home)).toBe(profile);
  expect(await profileIn("us-east-1")).toBeUndefined();
  expect(await profileIn()).toBeUndefined();
});
