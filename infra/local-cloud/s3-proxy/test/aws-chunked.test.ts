import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Proxy, send, startProxy } from "./harness.ts";

// Bodies and signatures are those AWS prints in
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html.
const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";

let proxy: Proxy;
beforeAll(async () => {
  proxy = await startProxy();
  proxy.clock.now = new Date("2013-05-24T00:00:00Z");
});
afterAll(() => proxy.stop());
beforeEach(() => void proxy.received.splice(0));

describe("aws-chunked bodies with a signature for each chunk", () => {
  const chunk = (bytes: number, signature: string) =>
    `${bytes.toString(16)};chunk-signature=${signature}\r\n${"a".repeat(bytes)}${bytes ? "\r\n" : ""}`;

  const signedChunks = {
    payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    extra: { "content-length": "66824" },
    signed:
      "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
    body: [
      chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
      chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
      chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
      "\r\n",
    ].join(""),
  };
  const signedTrailer = {
    payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    extra: { "x-amz-trailer": "x-amz-checksum-crc32c" },
    signed:
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    body: [
      chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
      chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
      chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
      "x-amz-checksum-crc32c:sOO8/Q==\r\n",
      "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    ].join(""),
  };

  const put = ({ payload, seed, extra, signed, body }: typeof signedChunks | typeof signedTrailer) =>
    send(proxy.url, {
      method: "PUT",
      path: "/examplebucket/chunkObject.txt",
      headers: {
        host: "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": payload,
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560",
        ...extra,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signed},Signature=${seed}`,
      },
      body,
    });

  test.each([signedChunks, signedTrailer])("S3-02 $payload passes, unwrapped", async (example) => {
    expect(await put(example)).toMatchObject({ status: 200 });
    const [stored] = proxy.received;
    expect(stored?.body.equals(Buffer.alloc(66560, "a"))).toBe(true);
    expect(stored?.headers).not.toHaveProperty("content-encoding");
    expect(stored?.headers).not.toHaveProperty("x-amz-decoded-content-length");
  });

  test.each([signedChunks, signedTrailer])(
    "S3-02 $payload with a byte changed is refused",
    async (example) => {
      const changed = { ...example, body: example.body.replace("aaa", "aba") };
      const refused = await put(changed);
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining("SignatureDoesNotMatch") });
      expect(proxy.received).toEqual([]);
    },
  );

  test("S3-02 a changed trailer is refused", async () => {
    const body = signedTrailer.body.replace("sOO8/Q==", "sOO8/A==");
    const refused = await put({ ...signedTrailer, body });
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining("SignatureDoesNotMatch") });
  });

  test("S3-02 a body that ends before its last chunk is refused", async () => {
    const end = signedTrailer.body.indexOf("0;chunk-signature=2c");
    const refused = await put({ ...signedTrailer, body: signedTrailer.body.slice(0, end) });
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining("IncompleteBody") });
    expect(proxy.received).toEqual([]);
  });
});
