import {
  type ChecksumAlgorithm,
  DeleteObjectsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Readable } from "node:stream";
import { type Proxy, refusal, startProxy } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());
beforeEach(() => void proxy.received.splice(0));

const put = (input: Partial<PutObjectCommandInput>) =>
  new PutObjectCommand({ Bucket: "photos", Key: "me.png", Body: "hello", ...input });

const badDigest = { name: "BadDigest", $metadata: { httpStatusCode: 400 } };

/** Of the empty body. */
const emptyCrc32 = "AAAAAA==";

describe("what the SDK computes", () => {
  test.each<ChecksumAlgorithm>(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])(
    "S3-07 a right %s passes",
    async (ChecksumAlgorithm) => {
      await proxy.client().send(put({ ChecksumAlgorithm }));
      expect(proxy.received[0]?.headers).toHaveProperty(`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`);
    },
  );

  test("S3-07 a stream passes, its trailing CRC32 verified and unwrapped", async () => {
    const Body = Readable.from([Buffer.alloc(100_000, "a"), Buffer.alloc(50_000, "b")]);
    await proxy.client().send(put({ Body, ContentLength: 150_000, ContentEncoding: "gzip" }));
    const [stored] = proxy.received;
    expect(stored?.body.equals(Buffer.from("a".repeat(100_000) + "b".repeat(50_000)))).toBe(true);
    expect(stored?.headers).toMatchObject({ "content-encoding": "gzip", "content-length": "150000" });
    expect(stored?.headers).toHaveProperty("x-amz-checksum-crc32");
    expect(stored?.headers).not.toHaveProperty("x-amz-trailer");
  });

  test("S3-07 a body of XML carries a checksum of its own", async () => {
    await proxy
      .client()
      .send(new DeleteObjectsCommand({ Bucket: "photos", Delete: { Objects: [{ Key: "a" }] } }))
      .catch(() => {});
    expect(proxy.received).toMatchObject([{ method: "POST", target: "/photos/?delete=" }]);
  });
});

describe("wrong", () => {
  test.each([
    ["CRC32", { ChecksumCRC32: emptyCrc32 }],
    ["CRC32C", { ChecksumCRC32C: emptyCrc32 }],
    ["CRC64NVME", { ChecksumCRC64NVME: "AAAAAAAAAAA=" }],
    ["SHA1", { ChecksumSHA1: "2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }],
    ["SHA256", { ChecksumSHA256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }],
    ["Content-MD5", { ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" }],
  ])("S3-07 the %s of the empty body for another: 400 BadDigest, nothing stored", async (_, input) => {
    await expect(proxy.client().send(put(input))).rejects.toMatchObject(badDigest);
    expect(proxy.received).toEqual([]);
  });

  test("S3-07 a body changed after its hash was signed: 400 XAmzContentSHA256Mismatch, nothing stored", async () => {
    const client = proxy.client({ requestChecksumCalculation: "WHEN_REQUIRED" });
    client.middlewareStack.add(
      (next) => (args) =>
        next({ ...args, request: Object.assign(args.request as object, { body: "jello" }) }),
      { step: "finalizeRequest", priority: "low" },
    );
    const refused = { name: "XAmzContentSHA256Mismatch", $metadata: { httpStatusCode: 400 } };
    await expect(client.send(put({}))).rejects.toMatchObject(refused);
    expect(proxy.received).toEqual([]);
  });

  test("S3-07 a value that is no digest: 400 InvalidDigest", async () => {
    const refused = proxy.client().send(put({ ContentMD5: "aGVsbG8=" }));
    await expect(refused).rejects.toMatchObject({
      name: "InvalidDigest",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("S3-07 a value that is no CRC32: 400 InvalidRequest", async () => {
    const refused = proxy.client().send(put({ ChecksumCRC32: "aGVsbG8=" }));
    await expect(refused).rejects.toMatchObject({
      name: "InvalidRequest",
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe("in a presigned URL", () => {
  const upload = (url: string) => fetch(url, { method: "PUT", body: "hello" });
  const urlFor = (input: Partial<PutObjectCommandInput>, config = {}) =>
    getSignedUrl(proxy.client(config), put(input));

  test("S3-07 the empty body's CRC32, which the SDK presigns by default: 400 BadDigest, nothing stored", async () => {
    const url = await urlFor({ Body: undefined });
    expect(new URL(url).searchParams.get("x-amz-checksum-crc32")).toBe(emptyCrc32);
    expect(await refusal(await upload(url))).toEqual({ status: 400, code: "BadDigest" });
    expect(proxy.received).toEqual([]);
  });

  test("S3-07 the body's own CRC32 passes", async () => {
    const url = await urlFor({ Body: undefined, ChecksumCRC32: "NhCmhg==" });
    expect((await upload(url)).status).toBe(200);
  });

  test("S3-07 none, as WHEN_REQUIRED presigns, passes", async () => {
    const url = await urlFor({ Body: undefined }, { requestChecksumCalculation: "WHEN_REQUIRED" });
    expect(url).not.toContain("checksum-crc32");
    expect((await upload(url)).status).toBe(200);
  });
});
