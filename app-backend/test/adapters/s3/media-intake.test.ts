import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { s3MediaIntake } from "../../../src/adapters/s3/media-intake.ts";
import { mdat, moov } from "../../media-files.ts";

const parts = 50;
const part = Buffer.alloc(2 ** 20, 0xab);
const [head, tail] = [Buffer.from(mdat(0)), moov("soun")];
head.writeUInt32BE(head.length + parts * part.length);
const bytes = head.length + parts * part.length + tail.length;

let bucket: Server;
let client: S3Client;

/** A bucket whose every object is a long video, and which takes any copy. */
beforeAll(async () => {
  bucket = createServer(async (req, res) => {
    if (req.method !== "GET") return void res.end("<CopyObjectResult/>");
    res.writeHead(200, { "content-length": bytes, etag: '"tag"' }).write(head);
    for (let sent = 0; sent < parts; sent += 1) if (!res.write(part)) await once(res, "drain");
    res.end(tail);
  }).listen(0, "127.0.0.1");
  await once(bucket, "listening");
  client = new S3Client({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    responseChecksumValidation: "WHEN_REQUIRED",
  });
});
afterAll(() => {
  client.destroy();
  bucket.close();
  bucket.closeAllConnections();
});

test("PRJ-39 four files of 50 MiB at once are read within 64 MB more", async () => {
  const intake = s3MediaIntake({ client, bucket: "pictures" });
  const read = (id: string) => intake.take({ id, accountId: "a" }, new AbortController().signal);
  await read("warm");
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  const taken = await Promise.all(["1", "2", "3", "4"].map(read));
  clearInterval(watch);
  expect(taken).toEqual(taken.map(() => expect.objectContaining({ bytes, contentType: "audio/mp4" })));
  expect((most - before) / 1e6).toBeLessThan(64);
});
