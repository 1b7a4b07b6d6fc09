import { mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { s3ObjectStore } from "../../../src/adapters/s3/object-store.ts";
import { signedUrls } from "../../../src/adapters/s3/signed-urls.ts";

const bytes = 4 << 20; // more than fits in the buffers on the way

const notRemoved =
  "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>Not yours</Message></Error></DeleteResult>";

let folder: string;
let bucket: Server;
let client: S3Client;
let objectStore: ReturnType<typeof s3ObjectStore>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tintype-test-"));
  await writeFile(join(folder, "print"), Buffer.alloc(bytes));
  bucket = createServer((req, res) => {
    if (req.method === "POST") {
      res.writeHead(200, { "content-type": "application/xml" });
      return void res.end(notRemoved);
    }
    res.writeHead(503, { "content-type": "application/xml", connection: "close" });
    res.end("<Error><Code>SlowDown</Code></Error>", () => req.destroy());
  }).listen(0, "127.0.0.1");
  await once(bucket, "listening");
  client = new S3Client({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestChecksumCalculation: "WHEN_REQUIRED",
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const sign = signedUrls({ client, bucket: "pictures", now: () => new Date() });
  objectStore = s3ObjectStore({ client, bucket: "pictures", sign });
});
afterAll(async () => {
  client.destroy();
  bucket.close();
  await rm(folder, { recursive: true });
});

/** How many open files of this process are in the folder. */
async function openFiles(): Promise<number> {
  const descriptors = await readdir("/proc/self/fd");
  const paths = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => "")),
  );
  return paths.filter((path) => path.startsWith(folder)).length;
}

test("an image that the bucket refuses leaves no file open", async () => {
  const facts = { sha256: "", contentType: "image/png", extension: "png", width: 1, height: 1 };
  const print = { path: join(folder, "print"), bytes, ...facts };
  const writes = Array.from({ length: 10 }, (_, index) => objectStore.write(`pictures/${index}`, print));
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.map(({ status }) => status)).toEqual(writes.map(() => "rejected"));
  await sleep(100); // a file is closed in another thread
  expect(await openFiles()).toBe(0);
});

test("an object of many that the bucket does not remove is reported, although the response is 200", async () => {
  await expect(objectStore.removeAll(["a", "b"])).rejects.toMatchObject({
    code: "unavailable",
    message: "1 objects were not removed: AccessDenied Not yours",
  });
});
