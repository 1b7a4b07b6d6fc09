import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
import { emptyBucket } from "../../../deploy/leftovers/empty-bucket.ts";
import { fakeCloud } from "../fake-cloud.ts";

const s3 = new S3Client({ forcePathStyle: true });
const Bucket = `tintype-full-${process.pid}`;
const empty = (page?: number) => emptyBucket(Bucket, "us-east-1", fakeCloud, page);

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

test("USE-31 objects that S3 refuses to remove end the emptying, which names one and says why", async () => {
  const version = { Key: "images/1", VersionId: "v1" };
  const listed =
    "<ListVersionsResult><Version><Key>images/1</Key><VersionId>v1</VersionId></Version></ListVersionsResult>";
  const refused =
    "<DeleteResult><Error><Key>images/1</Key><VersionId>v1</VersionId>" +
    "<Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>";
  let deletions = 0;
  const server = createServer((request, response) => {
    const removes = request.method === "POST";
    if (removes) deletions += 1;
    response.setHeader("Content-Type", "application/xml");
    const uploads = "<ListMultipartUploadsResult></ListMultipartUploadsResult>";
    response.end(removes ? refused : request.url!.includes("uploads") ? uploads : listed);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const access = { ...fakeCloud, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
  const emptied = emptyBucket(Bucket, "us-east-1", access);
  const { Key, VersionId } = version;
  await expect(emptied).rejects.toThrow(`such as ${Key}, version ${VersionId}: AccessDenied Access Denied`);
  expect(deletions).toBe(1); // else it would be listed for ever
  server.closeAllConnections();
  server.close();
});

test("a bucket that is gone is empty", async () => {
  expect(await empty()).toEqual({ versions: 0, uploads: 0 });
});
