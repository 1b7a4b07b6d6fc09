import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseCredential } from "../src/credential.ts";
import { verifyPayload } from "../src/payload.ts";
import { signer } from "../src/sigv4.ts";
import { type Proxy, credentials, startProxy } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());

const amzDate = "20260101T000000Z";
const credential = parseCredential(`${credentials.accessKeyId}/20260101/us-east-1/s3/aws4_request`, amzDate);
if (!credential) throw new Error("not a credential");
const authenticated = {
  signer: signer(credential, credentials.secretAccessKey, amzDate),
  signature: "",
  payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  sessionToken: undefined,
};

const CRC32 = "x-amz-checksum-crc32";
const wire = `5\r\nhello\r\n0\r\n${CRC32}:NhCmhg==\r\n\r\n`;

function verify(headers: Record<string, string>, body = wire) {
  const request = {
    method: "PUT",
    target: "/photos/me.png",
    path: "/photos/me.png",
    query: [],
    headers: new Map(Object.entries(headers)),
  };
  return verifyPayload(request, Buffer.from(body), authenticated);
}

const sent = { "x-amz-decoded-content-length": "5", "x-amz-trailer": CRC32 };

describe("an aws-chunked body with an unsigned trailer", () => {
  test("S3-07 is unwrapped, its trailer made a header", async () => {
    const { body, headers } = await verify({ ...sent, "content-encoding": "gzip, aws-chunked" });
    expect(body.toString()).toBe("hello");
    expect(Object.fromEntries(headers)).toEqual({
      [CRC32]: "NhCmhg==",
      "content-encoding": "gzip",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    });
  });

  test.each<[string, string, Record<string, string>, string | undefined]>([
    ["a wrong checksum in the trailer", "BadDigest", sent, wire.replace("NhCmhg", "AAAAAA")],
    [
      "another length than announced",
      "IncompleteBody",
      { ...sent, "x-amz-decoded-content-length": "6" },
      wire,
    ],
    ["no announced length", "MissingContentLength", { "x-amz-trailer": CRC32 }, wire],
    ["a trailer announced but not sent", "MalformedTrailerError", sent, "5\r\nhello\r\n0\r\n\r\n"],
    [
      "a trailer sent but not announced",
      "MalformedTrailerError",
      { "x-amz-decoded-content-length": "5" },
      wire,
    ],
    ["no last chunk", "IncompleteBody", sent, "5\r\nhello\r\n"],
    ["a size that is no number", "IncompleteBody", sent, "five\r\nhello\r\n0\r\n\r\n"],
  ])("S3-07 with %s: %s", async (_, code, headers, body) => {
    await expect(verify(headers, body)).rejects.toMatchObject({ code });
  });
});

test("S3-07 an upload whose sender goes away in the middle is not stored", async () => {
  const client = proxy.client({ requestChecksumCalculation: "WHEN_REQUIRED" });
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: "photos", Key: "me.png" }));
  const upload = httpRequest(url, { method: "PUT", headers: { "content-length": "1000" } });
  upload.write("half");
  await delay(50);
  upload.destroy();
  await expect(once(upload, "close")).rejects.toThrow("socket hang up");
  await delay(50);
  expect(proxy.received).toEqual([]);
});
