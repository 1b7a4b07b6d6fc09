import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Proxy, codeOf, credentials, send, startProxy, temporary } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startProxy()));
afterAll(() => proxy.stop());
beforeEach(() => {
  proxy.clock.now = new Date();
  proxy.received.splice(0);
});

const target = { Bucket: "photos", Key: "a b/ü+(1)'*~.txt" };
const put = new PutObjectCommand({ ...target, Body: "hello", Metadata: { colour: "red  and   blue" } });

interface HttpRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

/** A client whose requests are altered after they were signed. */
function altering(alter: (request: HttpRequest) => void, config: S3ClientConfig = {}): S3Client {
  const client = proxy.client(config);
  client.middlewareStack.add((next) => (args) => (alter(args.request as HttpRequest), next(args)), {
    step: "finalizeRequest",
    priority: "low",
  });
  return client;
}

const refusedAs = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

test("S3-02 what the SDK signs passes: odd keys, metadata, queries", async () => {
  const client = proxy.client();
  await client.send(put);
  const stored = await client.send(new GetObjectCommand(target));
  expect(await stored.Body?.transformToString()).toBe("hello");
  const list = new ListObjectsV2Command({ Bucket: "photos", Prefix: "a b/+", Delimiter: "/" });
  await expect(client.send(list)).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  expect(proxy.received.map(({ method }) => method)).toEqual(["PUT", "GET", "GET"]);
});

test("S3-02 path and query go on as they were received", async () => {
  await proxy.client().send(put);
  expect(proxy.received[0]?.target).toBe("/photos/a%20b/%C3%BC%2B%281%29%27%2A~.txt?x-id=PutObject");
});

test.each<[string, (request: HttpRequest) => void]>([
  [
    "a signature off by a digit",
    ({ headers }) => {
      const last = headers["authorization"]?.at(-1) === "0" ? "1" : "0";
      headers["authorization"] = headers["authorization"]?.replace(/.$/, last) ?? "";
    },
  ],
  [
    "a signature cut short",
    ({ headers }) => void (headers["authorization"] = headers["authorization"]?.slice(0, -1) ?? ""),
  ],
  ["another key", (request) => void (request.path += "x")],
  ["another bucket", (request) => void (request.path = request.path.replace("photos", "others"))],
  ["another method", (request) => void (request.method = "DELETE")],
  ["an extra query", ({ query }) => void (query["acl"] = "")],
  ["a changed signed header", ({ headers }) => void (headers["x-amz-meta-colour"] = "green")],
])("S3-02 %s: 403 SignatureDoesNotMatch", async (_, alter) => {
  const refused = altering(alter).send(put);
  await expect(refused).rejects.toMatchObject(refusedAs("SignatureDoesNotMatch", 403));
  expect(proxy.received).toEqual([]);
});

test("S3-02 an x-amz header that was not signed: 403 AccessDenied", async () => {
  const refused = altering(({ headers }) => void (headers["x-amz-acl"] = "public-read")).send(put);
  await expect(refused).rejects.toMatchObject({
    ...refusedAs("AccessDenied", 403),
    message: "There were headers present in the request which were not signed",
    HeadersNotSigned: "x-amz-acl",
  });
  expect(proxy.received).toEqual([]);
});

test("S3-03 a clock 16 minutes off, either way: 403 RequestTimeTooSkewed", async () => {
  for (const minutes of [-16, 16]) {
    proxy.clock.now = new Date(Date.now() + minutes * 60_000);
    // Without this the SDK corrects its clock by the refusal and tries again, as it should.
    const refused = proxy.client({ systemClockOffset: 0 }).send(put);
    await expect(refused).rejects.toMatchObject(refusedAs("RequestTimeTooSkewed", 403));
  }
  expect(proxy.received).toEqual([]);
});

test.each([
  ["GET", "/photos/key"],
  ["HEAD", "/photos/key"],
  ["PUT", "/photos/key"],
  ["DELETE", "/photos/key"],
  ["GET", "/photos?list-type=2"],
  ["POST", "/photos?delete"],
  ["GET", "/"],
])("S3-04 anonymous %s %s: 403 AccessDenied", async (method, path) => {
  const answer = await send(proxy.url, { method, path, body: method === "PUT" ? "x" : "" });
  expect(answer.status).toBe(403);
  expect(codeOf(answer.text)).toBe(method === "HEAD" ? undefined : "AccessDenied");
  expect(proxy.received).toEqual([]);
});

test("S3-04 a wrong secret: 403 SignatureDoesNotMatch", async () => {
  const refused = proxy.client({ credentials: { ...credentials, secretAccessKey: "guess" } }).send(put);
  await expect(refused).rejects.toMatchObject(refusedAs("SignatureDoesNotMatch", 403));
});

test("S3-04 an unknown access key: 403 InvalidAccessKeyId", async () => {
  const refused = proxy.client({ credentials: { ...credentials, accessKeyId: "AKIANOBODY" } }).send(put);
  await expect(refused).rejects.toMatchObject(refusedAs("InvalidAccessKeyId", 403));
});

test("S3-04 a temporary key passes with its token, and with no other or none", async () => {
  await proxy.client({ credentials: temporary }).send(put);
  expect(proxy.received).toHaveLength(1);
  const other = proxy.client({ credentials: { ...temporary, sessionToken: "another" } }).send(put);
  await expect(other).rejects.toMatchObject(refusedAs("InvalidToken", 400));
  const { sessionToken: _, ...permanent } = temporary;
  const none = proxy.client({ credentials: permanent }).send(put);
  await expect(none).rejects.toMatchObject(refusedAs("InvalidAccessKeyId", 403));
  expect(proxy.received).toHaveLength(1);
});

test("S3-04 a signature of version 2: 400 InvalidRequest", async () => {
  const headers = {
    authorization: "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
    "x-amz-date": amzDate(),
  };
  const answer = await send(proxy.url, { path: "/photos/key", headers });
  expect([answer.status, codeOf(answer.text)]).toEqual([400, "InvalidRequest"]);
});

const amzDate = () => new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
