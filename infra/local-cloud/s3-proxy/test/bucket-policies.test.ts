import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { type Proxy, startProxy } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());

const bucket = { Bucket: "photographs" };
const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });

test("a bucket's policy is given back as it was put, until it is deleted", async () => {
  const client = proxy.client();
  await client.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  expect((await client.send(new GetBucketPolicyCommand(bucket))).Policy).toBe(Policy);
  await client.send(new DeleteBucketPolicyCommand(bucket));
  await expect(client.send(new GetBucketPolicyCommand(bucket))).rejects.toThrow("does not exist");
});

test("a bucket's policy does not reach the store, which would apply it without its conditions", async () => {
  const before = proxy.received.length;
  await proxy.client().send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  expect(proxy.received).toHaveLength(before);
});
