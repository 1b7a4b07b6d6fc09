import { GetObjectCommand, type GetObjectCommandInput, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Proxy, credentials, refusal, send, startProxy, temporary } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());
beforeEach(() => {
  proxy.clock.now = new Date();
  proxy.received.splice(0);
});

const target = { Bucket: "photos", Key: "me.png" };
const weekS = 7 * 24 * 60 * 60;

const getUrl = (input: Partial<GetObjectCommandInput> = {}, options: { expiresIn?: number } = {}) =>
  getSignedUrl(proxy.client(), new GetObjectCommand({ ...target, ...input }), options);

/** An upload whose type and length are fixed by the signature. */
function putUrl() {
  const client = proxy.client({ requestChecksumCalculation: "WHEN_REQUIRED" });
  const command = new PutObjectCommand({ ...target, ContentType: "image/png", ContentLength: 5 });
  return getSignedUrl(client, command, { signableHeaders: new Set(["content-type", "content-length"]) });
}

const put = (url: string, body: string, contentType: string) =>
  fetch(url, { method: "PUT", body, headers: { "content-type": contentType } });

test("S3-02 a URL as the SDK signs it passes", async () => {
  expect((await put(await putUrl(), "hello", "image/png")).status).toBe(200);
  const answer = await fetch(await getUrl());
  expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
});

test("S3-02 a URL of a temporary key passes with its token, and not without", async () => {
  const client = proxy.client({ credentials: temporary });
  const url = new URL(await getSignedUrl(client, new GetObjectCommand(target)));
  await fetch(url);
  expect(proxy.received).toHaveLength(1);
  url.searchParams.delete("X-Amz-Security-Token");
  expect(await refusal(await fetch(url))).toEqual({ status: 403, code: "InvalidAccessKeyId" });
  expect(proxy.received).toHaveLength(1);
});

test.each<[string, (url: URL) => void]>([
  [
    "a signature off by a digit",
    ({ searchParams }) => {
      const signature = searchParams.get("X-Amz-Signature") ?? "";
      searchParams.set("X-Amz-Signature", signature.slice(0, -1) + (signature.endsWith("0") ? "1" : "0"));
    },
  ],
  ["another key", (url) => void (url.pathname = "/photos/you.png")],
  ["another bucket", (url) => void (url.pathname = "/others/me.png")],
  ["an extra query", ({ searchParams }) => searchParams.append("versionId", "1")],
  [
    "a header to answer with that was not signed",
    ({ searchParams }) => searchParams.append("response-content-type", "text/html"),
  ],
  ["a longer life than signed", ({ searchParams }) => searchParams.set("X-Amz-Expires", "3600")],
])("S3-02 %s: 403 SignatureDoesNotMatch", async (_, alter) => {
  const url = new URL(await getUrl());
  alter(url);
  expect(await refusal(await fetch(url))).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
  expect(proxy.received).toEqual([]);
});

test("S3-02 another method: 403 SignatureDoesNotMatch", async () => {
  const answer = await fetch(await getUrl(), { method: "DELETE" });
  expect(await refusal(answer)).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
  expect((await fetch(await getUrl(), { method: "HEAD" })).status).toBe(403);
  expect(proxy.received).toEqual([]);
});

test("S3-02 an x-amz header that was not signed: 403 AccessDenied", async () => {
  const headers = { "x-amz-meta-owner": "me" };
  expect(await refusal(await fetch(await getUrl(), { headers }))).toEqual({
    status: 403,
    code: "AccessDenied",
  });
});

test("S3-02 a signature in the URL and one in the header: 400 InvalidArgument", async () => {
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=x" };
  const answer = await fetch(await getUrl(), { headers });
  expect(await refusal(answer)).toEqual({ status: 400, code: "InvalidArgument" });
});

describe("time", () => {
  test("S3-03 expired: 403 AccessDenied", async () => {
    const url = await getUrl({}, { expiresIn: 60 });
    proxy.clock.now = new Date(Date.now() + 62_000);
    expect(await refusal(await fetch(url))).toEqual({ status: 403, code: "AccessDenied" });
    expect(proxy.received).toEqual([]);
  });

  test("S3-03 not valid yet: 403 AccessDenied", async () => {
    const url = await getUrl();
    proxy.clock.now = new Date(Date.now() - 16 * 60_000);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining("<Message>Request is not valid yet</Message>"),
    ]);
  });

  test("S3-03 seven days pass; over that: 400 AuthorizationQueryParametersError", async () => {
    const url = await getUrl({}, { expiresIn: weekS });
    await fetch(url);
    expect(proxy.received).toHaveLength(1);
    const longer = await fetch(url.replace(`X-Amz-Expires=${weekS}`, `X-Amz-Expires=${weekS + 1}`));
    expect(await refusal(longer)).toEqual({ status: 400, code: "AuthorizationQueryParametersError" });
  });

  test.each(["-1", "soon", ""])(
    "S3-03 X-Amz-Expires=%s: 400 AuthorizationQueryParametersError",
    async (expires) => {
      const url = new URL(await getUrl());
      url.searchParams.set("X-Amz-Expires", expires);
      expect(await refusal(await fetch(url))).toEqual({
        status: 400,
        code: "AuthorizationQueryParametersError",
      });
    },
  );
});

test("S3-04 a wrong secret, an unknown key: 403", async () => {
  const command = new GetObjectCommand(target);
  const forged = proxy.client({ credentials: { ...credentials, secretAccessKey: "guess" } });
  const answer = await fetch(await getSignedUrl(forged, command));
  expect(await refusal(answer)).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
  const unknown = proxy.client({ credentials: { ...credentials, accessKeyId: "AKIANOBODY" } });
  const other = await fetch(await getSignedUrl(unknown, command));
  expect(await refusal(other)).toEqual({ status: 403, code: "InvalidAccessKeyId" });
});

describe("signed headers", () => {
  test.each([
    ["another Content-Type", "hello", "text/html"],
    ["a longer body", "hello!", "image/png"],
    ["a shorter body", "hell", "image/png"],
  ])("S3-05 %s than signed: 403 SignatureDoesNotMatch", async (_, body, contentType) => {
    const answer = await put(await putUrl(), body, contentType);
    expect(await refusal(answer)).toEqual({ status: 403, code: "SignatureDoesNotMatch" });
    expect(proxy.received).toEqual([]);
  });

  test("S3-05 no Content-Type where one was signed: 403 SignatureDoesNotMatch", async () => {
    const { pathname, search } = new URL(await putUrl());
    const answer = await send(proxy.url, { method: "PUT", path: pathname + search, body: "hello" });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("SignatureDoesNotMatch") });
  });

  test("S3-05 a body of unknown length: 411 MissingContentLength", async () => {
    const { pathname, search } = new URL(await getSignedUrl(proxy.client(), new PutObjectCommand(target)));
    const headers = { "transfer-encoding": "chunked" };
    const answer = await send(proxy.url, { method: "PUT", path: pathname + search, headers, body: "hello" });
    expect(answer).toMatchObject({ status: 411, text: expect.stringContaining("MissingContentLength") });
    expect(proxy.received).toEqual([]);
  });
});

test("S3-02 signed response-* replace the headers of the answer", async () => {
  await put(await putUrl(), "hello", "image/png");
  const url = await getUrl({
    ResponseContentDisposition: `attachment; filename="me (1).png"`,
    ResponseContentType: "image/png",
    ResponseCacheControl: "private, max-age=60",
  });
  const { headers } = await fetch(url);
  expect(headers.get("content-disposition")).toBe(`attachment; filename="me (1).png"`);
  expect(headers.get("content-type")).toBe("image/png");
  expect(headers.get("cache-control")).toBe("private, max-age=60");
});

test("S3-02 metadata that the SDK moved into the query goes on as a header", async () => {
  const client = proxy.client({ requestChecksumCalculation: "WHEN_REQUIRED" });
  const url = await getSignedUrl(client, new PutObjectCommand({ ...target, Metadata: { owner: "me" } }));
  expect(url).toContain("x-amz-meta-owner=me");
  expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(200);
  expect(proxy.received[0]?.headers["x-amz-meta-owner"]).toBe("me");
});

test("a preflight passes unsigned, and a page may read the refusal that follows where the bucket's rules let it", async () => {
  const origin = "http://page.test";
  const preflight = { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } };
  expect((await fetch(await putUrl(), preflight)).status).toBe(200);
  const from = (headers: Record<string, string>) => fetch(`${proxy.url}/photos/me.png`, { headers });
  const refused = await from({ origin });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, origin]);
  const other = await from({ origin: "http://other.test" });
  expect(other.headers.get("access-control-allow-origin")).toBeNull();
});
