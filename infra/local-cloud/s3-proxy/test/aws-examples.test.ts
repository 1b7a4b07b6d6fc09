import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Proxy, send, startProxy } from "./harness.ts";

// Requests and signatures are those AWS prints in
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and sigv4-query-string-auth.html.
const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
const host = "examplebucket.s3.amazonaws.com";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

let proxy: Proxy;
beforeAll(async () => {
  proxy = await startProxy();
  proxy.clock.now = new Date("2013-05-24T00:00:00Z");
});
afterAll(() => proxy.stop());
beforeEach(() => void proxy.received.splice(0));

const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;

describe("the examples of AWS", () => {
  test.each([
    {
      path: "/test.txt",
      headers: { range: "bytes=0-9" } as Record<string, string>,
      signed: "host;range;x-amz-content-sha256;x-amz-date",
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
    {
      path: "/?lifecycle",
      headers: {},
      signed: "host;x-amz-content-sha256;x-amz-date",
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
    {
      path: "/?max-keys=2&prefix=J",
      headers: {},
      signed: "host;x-amz-content-sha256;x-amz-date",
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
  ])("S3-02 GET $path in the header passes as signed", async ({ path, headers, signed, signature }) => {
    const common = { host, "x-amz-content-sha256": emptyHash, "x-amz-date": "20130524T000000Z" };
    const sent = { ...common, ...headers, authorization: authorization(signed, signature) };
    await send(proxy.url, { path, headers: sent });
    expect(proxy.received).toMatchObject([{ method: "GET", target: path }]);
  });

  test("S3-02 PUT with a signed hash of its body passes", async () => {
    const headers = {
      host,
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      authorization: authorization(
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
      ),
    };
    const body = "Welcome to Amazon S3.";
    const path = "/test%24file.text";
    expect(await send(proxy.url, { method: "PUT", path, headers, body })).toMatchObject({ status: 200 });
    expect(proxy.received).toMatchObject([{ target: path, body: Buffer.from(body) }]);
  });

  test("S3-03 the presigned URL passes for its day and not a second longer", async () => {
    const signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    const path =
      `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}` +
      `&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    proxy.clock.now = new Date("2013-05-25T00:00:00Z");
    expect(await send(proxy.url, { path, headers: { host } })).toMatchObject({ status: 404 });
    expect(proxy.received).toHaveLength(1);
    proxy.clock.now = new Date("2013-05-25T00:00:01Z");
    const late = await send(proxy.url, { path, headers: { host } });
    expect(late).toMatchObject({ status: 403, text: expect.stringContaining("Request has expired") });
    expect(proxy.received).toHaveLength(1);
    proxy.clock.now = new Date("2013-05-24T00:00:00Z");
  });
});
