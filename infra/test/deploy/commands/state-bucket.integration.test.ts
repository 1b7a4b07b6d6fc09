import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { faultsOf, makeSafe } from "../../../deploy/terraform/bucket-safety.ts";
import { stateKey } from "../../../src/constructs/state-key.ts";
import { teller } from "../../run-command.ts";
import { fakeCloud } from "../fake-cloud.ts";
import { writeState } from "../scratch-deployment.ts";

const home = mkdtempSync(join(tmpdir(), "tintype-state-bucket-"));
const name = "stated";
const folder = join(import.meta.dirname, `../../../../.tintype/aws-${name}`);
const stack = join(folder, "stack/stacks/ec2");
const tell = teller({ name, home });
const command = (target: string, env: NodeJS.ProcessEnv = {}) =>
  tell(target, { CLOUD: "aws", ...fakeCloud, ...env });

const s3 = new S3Client({ forcePathStyle: true });
let made = 0;
const newBucket = () => `tintype-state-test-${process.pid}-${++made}`;

beforeEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => {
  for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
});

describe("a bucket for Terraform's state", () => {
  test("is made versioned, encrypted, private and deaf to plain HTTP, and the same again", async () => {
    const STATE_BUCKET = newBucket();
    for (const _time of ["first", "again"]) {
      const { code, said } = command("state-bucket", { STATE_BUCKET });
      expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining("safe for a state") });
      expect(await faultsOf(s3, STATE_BUCKET)).toEqual([]);
    }
  });

  test("that it made and that was changed since is set right", async () => {
    const STATE_BUCKET = newBucket();
    command("state-bucket", { STATE_BUCKET });
    const off = { Bucket: STATE_BUCKET, VersioningConfiguration: { Status: "Suspended" as const } };
    await s3.send(new PutBucketVersioningCommand(off));
    expect(command("plan", { STATE_BUCKET }).said).toContain(
      "is not safe for a state: it keeps no versions.",
    );
    expect(command("state-bucket", { STATE_BUCKET }).code).toBe(0);
    expect(await faultsOf(s3, STATE_BUCKET)).toEqual([]);
  });

  test("is not made of one that holds other things: what it lacks is reported, and nothing is changed", async () => {
    const STATE_BUCKET = newBucket();
    await s3.send(new CreateBucketCommand({ Bucket: STATE_BUCKET }));
    await s3.send(new PutObjectCommand({ Bucket: STATE_BUCKET, Key: "holiday.jpg", Body: "sun" }));
    const { code, said } = command("state-bucket", { STATE_BUCKET });
    expect(said).toContain("it keeps no versions; ");
    expect(said).toContain("it does not block public access in all four ways");
    expect(said).toContain("left alone: choose another name");
    expect(code).toBe(2);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: STATE_BUCKET }))).Status).toBeUndefined();
  });

  test("USE-31 is safe only if all of it is: each that is taken away alone is named", async () => {
    const Bucket = newBucket();
    await s3.send(new CreateBucketCommand({ Bucket }));
    await makeSafe(s3, Bucket);
    const privately = {
      ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
      ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
    };
    for (const way of Object.keys(privately)) {
      const PublicAccessBlockConfiguration = { ...privately, [way]: false };
      await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      expect({ way, faults: await faultsOf(s3, Bucket) }).toEqual({
        way,
        faults: ["it does not block public access in all four ways"],
      });
    }
    await makeSafe(s3, Bucket);
    for (const [Effect, secure] of [
      ["Allow", "false"],
      ["Deny", "true"],
    ]) {
      const Condition = { Bool: { "aws:SecureTransport": secure } };
      const statement = {
        Effect,
        Principal: "*",
        Action: "s3:*",
        Resource: `arn:aws:s3:::${Bucket}/*`,
        Condition,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy })).catch(() => undefined);
      expect({ Effect, faults: await faultsOf(s3, Bucket) }).toEqual({
        Effect,
        faults: ["it answers plain HTTP"],
      });
    }
    await makeSafe(s3, Bucket);
    const rules = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: rules }));
    expect(await faultsOf(s3, Bucket)).toEqual(["its objects can have ACLs and other owners"]);
  });

  test("is not one of another account", async () => {
    const STATE_BUCKET = newBucket();
    const theirs = await anotherAccount();
    await theirs.send(new CreateBucketCommand({ Bucket: STATE_BUCKET }));
    const { code, said } = command("state-bucket", { STATE_BUCKET });
    expect(said).toContain(`The bucket ${STATE_BUCKET} belongs to another account`);
    expect(code).toBe(2);
  });

  test.each(["plan"])("that is missing is reported by %s, with how to make it", (target) => {
    const STATE_BUCKET = newBucket();
    const { code, said } = command(target, { STATE_BUCKET });
    expect(said).toContain(`There is no bucket ${STATE_BUCKET}. To make it: make state-bucket NAME=${name}`);
    expect(code).toBe(2);
  });

  test("needs a Terraform that can lock in it", () => {
    const old = join(home, "bin");
    mkdirSync(old, { recursive: true });
    writeFileSync(join(old, "terraform"), `#!/bin/sh\necho '{"terraform_version":"1.9.8"}'\n`, {
      mode: 0o755,
    });
    const STATE_BUCKET = newBucket();
    command("state-bucket", { STATE_BUCKET });
    const { code, said } = command("plan", {
      STATE_BUCKET,
      PATH: `${old}:${process.env["PATH"]}`,
    });
    expect(said).toContain("Terraform 1.10.0 or newer is needed");
    expect(said).toContain("This machine has 1.9.8");
    expect(code).toBe(2);
  });
});

describe("a deployment that was begun with its state on this machine", () => {
  const STATE_BUCKET = newBucket();

  function begun(): string {
    mkdirSync(stack, { recursive: true });
    writeState({ terraformFolder: stack }, {});
    return readFileSync(join(stack, "terraform.tfstate"), "utf8");
  }

  test.each(["deploy", "destroy", "output"])(
    "STATE-01 is not begun a second time in a bucket by %s",
    (target) => {
      begun();
      const { code, said } = command(target, { STATE_BUCKET, YES: "1" });
      expect(said).toContain("The state of this deployment is on this machine. Leave STATE_BUCKET out");
      expect(said).toContain(`make state-bucket NAME=${name} STATE_BUCKET=${STATE_BUCKET}`);
      expect(code).toBe(2);
    },
  );

  test("has it moved when the bucket is made; then it is found there alone", async () => {
    const before = begun();
    expect(command("state-bucket", { STATE_BUCKET })).toMatchObject({
      code: 0,
      said: expect.stringContaining(`The state of ${name} is in it now.`),
    });
    expect(await stored(STATE_BUCKET)).toBe(before);
    expect(existsSync(join(stack, "terraform.tfstate"))).toBe(false);
    expect(JSON.parse(command("output", { STATE_BUCKET }).shown)).toMatchObject({ bucket: "blue" });
    for (const [target, bucket] of [
      ["output", ""],
      ["deploy", ""],
      ["destroy", newBucket()],
    ] as const) {
      const { code, said } = command(target, { STATE_BUCKET: bucket, YES: "1" });
      expect(said).toContain(`in the bucket ${STATE_BUCKET}. Say so with every command`);
      expect(code).toBe(2);
    }
  });

  test("STATE-01 does not take the place of another of its name", async () => {
    const theirs = await stored(STATE_BUCKET);
    begun();
    writeState({ terraformFolder: stack }, { bucket: "another" });
    const { code, said } = command("state-bucket", { STATE_BUCKET });
    expect(said).toContain(`holds a state of a deployment ${name} already`);
    expect(code).toBe(2);
    expect(await stored(STATE_BUCKET)).toBe(theirs);
    expect(existsSync(join(stack, "terraform.tfstate"))).toBe(true);
  });

  test("is found from another machine, in its own region alone, and needs its key there to be deployed", () => {
    expect(JSON.parse(command("output", { STATE_BUCKET }).shown)).toMatchObject({ bucket: "blue" });
    expect(command("plan", { STATE_BUCKET, REGION: "eu-central-1" }).said).toContain(
      "This deployment is in us-east-1. Say so with every command: REGION=us-east-1",
    );
    const { code, said } = command("plan", { STATE_BUCKET });
    expect(said).toContain(`${name} was deployed from another machine, and the SSH key`);
    expect(code).toBe(2);
  });

  test("is reported if what the bucket holds of it is cut off", async () => {
    await s3.send(new PutObjectCommand({ Bucket: STATE_BUCKET, Key: stateKey(name), Body: '{"version":4,' }));
    const { code, said } = command("output", { STATE_BUCKET });
    expect(said).toContain(`Terraform's state in the bucket ${STATE_BUCKET} is empty or cut off`);
    expect(code).toBe(2);
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: STATE_BUCKET }));
    expect(Versions.length).toBeGreaterThan(1);
  });
});

async function stored(Bucket: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: stateKey(name) }));
  return Body!.transformToString();
}

/** A client of another account; past the S3 front, which knows the callers of this one alone. */
async function anotherAccount(): Promise<S3Client> {
  const endpoint = fakeCloud["AWS_ENDPOINT_URL"]!;
  const role = { RoleArn: "arn:aws:iam::111122223333:role/guest", RoleSessionName: "guest" };
  const { Credentials } = await new STSClient({ endpoint }).send(new AssumeRoleCommand(role));
  return new S3Client({
    endpoint,
    forcePathStyle: true,
    credentials: {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    },
  });
}
