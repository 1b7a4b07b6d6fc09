import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { type Front, startFront } from "./harness.ts";

let front: Front;
beforeAll(async () => void (front = await startFront()));
afterAll(() => front.stop());

const bucket = { Bucket: "photographs" };
const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });

test("a bucket's policy is given back as it was put, until it is deleted", async () => {
  const client = front.client();
  await client.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  expect((await client.send(new GetBucketPolicyCommand(bucket))).Policy).toBe(Policy);
  await client.send(new DeleteBucketPolicyCommand(bucket));
  await expect(client.send(new GetBucketPolicyCommand(bucket))).rejects.toThrow("does not exist");
});

test("a bucket's policy does not reach the store, which would apply it without its conditions", async () => {
  const before = front.received.length;
  await front.client().send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  expect(front.received).toHaveLength(before);
});
