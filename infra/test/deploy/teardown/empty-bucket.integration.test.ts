import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { emptyBucket } from "../../../deploy/teardown/empty-bucket.ts";
import { cloudOfTest } from "../cloud-of-test.ts";

const s3 = new S3Client({ forcePathStyle: true });
const Bucket = `tintype-full-${process.pid}`;
const empty = (page?: number) => emptyBucket(Bucket, "us-east-1", cloudOfTest, page);

test("a bucket is emptied over many pages of versions, delete markers and unfinished uploads", async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  const on = { Bucket, VersioningConfiguration: { Status: "Enabled" as const } };
  await s3.send(new PutBucketVersioningCommand(on));
  for (let index = 0; index < 25; index += 1) {
    const object = { Bucket, Key: `images/${index % 20}` };
    await s3.send(new PutObjectCommand({ ...object, Body: String(index) }));
    if (index < 7) await s3.send(new DeleteObjectCommand(object));
    if (index < 12) await s3.send(new CreateMultipartUploadCommand(object));
  }
  expect(await empty(5)).toEqual({ versions: 32, uploads: 12 });
  expect(await empty()).toEqual({ versions: 0, uploads: 0 });
  await s3.send(new DeleteBucketCommand({ Bucket })); // which S3 refuses while anything is in it
});

test("a bucket that is gone is empty", async () => {
  expect(await empty()).toEqual({ versions: 0, uploads: 0 });
});
