import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { cachingOptimized, distributionXml, noErrorCaching, page, startEdge } from "./harness.ts";

let edge: Awaited<ReturnType<typeof startEdge>>;
beforeEach(async () => {
  edge = await startEdge();
});
afterEach(() => edge.stop());

test.each([
  ["/", 200, page],
  ["/gallery", 200, page],
  ["/.well-known/security", 200, page],
  ["/assets/x.js", 200, "x()"],
  ["/assets/a%20b.js", 200, "space"],
])("SLS-53 %s is a file of the bucket: %i", async (path, status, text) => {
  expect(await edge.send(path)).toMatchObject({ status, text });
});

test.each(["/assets/gone.js", "/.well-known/security.txt", "/index.html/x.y"])(
  "SLS-53 %s is missing: 404",
  async (path) => {
    expect((await edge.send(path)).status).toBe(404);
  },
);

test("SLS-53 a path of another host is a path here, and leads nowhere else", async () => {
  const answer = await edge.send("//evil.example/x.y");
  expect(answer.status).toBe(404);
  expect(answer.headers).not.toHaveProperty("location");
});

test("SLS-53 a method that a behaviour does not allow is 403, and reaches no origin", async () => {
  expect((await edge.send("/gallery", { method: "POST", body: "x" })).status).toBe(403);
  expect(edge.state.reads).toEqual([]);
});

test("SLS-58 reads of the bucket are signed; without a signature the bucket refuses", async () => {
  expect((await edge.send("/assets/x.js", { headers: { authorization: "Bearer viewer" } })).status).toBe(200);
  edge.state.xml = distributionXml({ control: "NEVER", errorTtl: noErrorCaching });
  edge.pass(40_000_000);
  expect((await edge.send("/assets/x.js")).status).toBe(403);
});

test("SLS-58 credentials of another are refused", async () => {
  await edge.stop();
  const keys = { accessKeyId: "ASIAEDGE", secretAccessKey: "guessed", sessionToken: "edge token" };
  edge = await startEdge(undefined, { credentials: () => keys });
  expect((await edge.send("/assets/x.js")).status).toBe(403);
});

test("what the API is sent: the viewer's headers, cookies and query, the origin's host, the edge's proof", async () => {
  await edge.send("/api/images?limit=1&limit=2&after=a%2Cb", {
    method: "POST",
    body: "{}",
    headers: {
      host: "site.example",
      "content-type": "application/json",
      cookie: "a=1; b=2,3",
      "x-forwarded-for": "203.0.113.9",
      "edge-proof": "forged",
      "viewer-address": "203.0.113.9",
      "x-origin-proof": "forged",
    },
  });
  const [reached] = edge.state.reached;
  expect(reached).toMatchObject({
    method: "POST",
    url: "/api/images?limit=1&limit=2&after=a%2Cb",
    body: "{}",
  });
  expect(reached!.headers).toMatchObject({
    host: "a1.execute-api.us-east-1.amazonaws.com",
    cookie: "a=1; b=2,3",
    "content-type": "application/json",
    "x-forwarded-for": "203.0.113.9, 127.0.0.1",
    "edge-proof": "proof",
    "viewer-address": "127.0.0.1",
    "x-origin-proof": "a&b",
    via: expect.stringContaining("(CloudFront)"),
    "x-amz-cf-id": expect.any(String),
  });
});

test("two cookies of the API are two headers", async () => {
  edge.state.answer = {
    status: 200,
    headers: { "set-cookie": ["a=1; Path=/; Secure", "b=2, 3"] },
    body: "{}",
  };
  expect((await edge.send("/api/x")).cookies).toEqual(["a=1; Path=/; Secure", "b=2, 3"]);
});

test("headers of the policy replace those of the origin where they override, also on errors", async () => {
  for (const path of ["/gallery", "/assets/gone.js"]) {
    const { headers } = await edge.send(path);
    expect(headers).toMatchObject({
      "content-security-policy": "default-src 'none'",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-kept": "policy",
    });
    expect(headers).not.toHaveProperty("server");
  }
});

test("a function answers in the origin's place", async () => {
  const answer = await edge.send("/x", { headers: { host: "d1.cloudfront.net" } });
  expect(answer).toMatchObject({ status: 308, headers: { location: "https://site.example/" } });
});

test.each([
  ["does not end", "function handler() { for (;;) {} }"],
  ["makes code of text", "function handler(event) { return eval('event.request'); }"],
  ["has no timer", "function handler(event) { setTimeout(function () {}, 1); return event.request; }"],
  [
    "changes the host",
    "function handler(event) { event.request.headers.host = { value: 'x' }; return event.request; }",
  ],
  ["is larger than 10 KB", `function handler(event) { return event.request; } // ${"x".repeat(10_240)}`],
  [
    "adds a header of CloudFront's own",
    "function handler(event) { event.request.headers['x-edge-proof'] = { value: 'x' }; return event.request; }",
  ],
  [
    "reads a key that is not there",
    "import cf from 'cloudfront';\nasync function handler(event) { await cf.kvs().get('gone'); return event.request; }",
  ],
])("a function that %s is 503", async (_, code) => {
  edge.state.resources["function/pages"] = code;
  expect((await edge.send("/gallery")).status).toBe(503);
  expect(edge.state.errors).toHaveLength(1);
  expect(edge.state.reads).toEqual([]);
});

test("a file is read once while its time lasts, and again after it or after an invalidation", async () => {
  const statuses = async () => (await edge.send("/assets/x.js?query=ignored")).headers["x-cache"];
  expect(await statuses()).toBe("Miss from cloudfront");
  edge.pass(5);
  const hit = await edge.send("/assets/x.js");
  expect(hit.headers).toMatchObject({ "x-cache": "Hit from cloudfront", age: "5" });
  edge.invalidate(["/index.html"]);
  expect(await statuses()).toBe("Hit from cloudfront");
  edge.invalidate(["/assets/*"]);
  expect(await statuses()).toBe("Miss from cloudfront");
  edge.pass(31_536_001);
  expect(await statuses()).toBe("Miss from cloudfront");
});

test("a page that says no-cache is kept for the policy's least second, no longer", async () => {
  const how = async () => (await edge.send("/gallery")).headers["x-cache"];
  expect([await how(), await how()]).toEqual(["Miss from cloudfront", "Hit from cloudfront"]);
  edge.pass(2);
  expect(await how()).toBe("Miss from cloudfront");
});

test("what a viewer has already is 304", async () => {
  const { headers } = await edge.send("/assets/x.js");
  expect(await edge.send("/assets/x.js", { headers: { "if-none-match": headers["etag"]! } })).toMatchObject({
    status: 304,
    text: "",
  });
});

test("pages are compressed as the viewer takes it, each in its own entry; small files are not", async () => {
  const as = (encoding: string, path = "/gallery") =>
    edge.send(path, { headers: { "accept-encoding": encoding } });
  const [br, gzip, plain] = [await as("gzip, br"), await as("gzip, br;q=0"), await as("identity")];
  expect([br.headers["content-encoding"], gzip.headers["content-encoding"]]).toEqual(["br", "gzip"]);
  expect(brotliDecompressSync(br.bytes).toString()).toBe(page);
  expect(gunzipSync(gzip.bytes).toString()).toBe(page);
  expect(plain.text).toBe(page);
  expect((await as("br", "/assets/x.js")).headers).not.toHaveProperty("content-encoding");
});

test("SLS-51 nothing of the API is cached, though it says max-age by mistake", async () => {
  edge.state.answer = {
    status: 200,
    headers: { "cache-control": "max-age=60", "set-cookie": "a=1" },
    body: "of A",
  };
  expect((await edge.send("/api/me", { headers: { cookie: "session=A" } })).text).toBe("of A");
  edge.state.answer = { status: 200, headers: {}, body: "of B" };
  expect((await edge.send("/api/me", { headers: { cookie: "session=B" } })).text).toBe("of B");
  expect(edge.state.reached).toHaveLength(2);
});

test("SLS-51 with the site's cache policy one viewer would read the other's answer, even one that says no-store", async () => {
  edge.state.xml = distributionXml({ apiCache: cachingOptimized, errorTtl: noErrorCaching });
  edge.state.answer = { status: 200, headers: { "cache-control": "no-store" }, body: "of A" };
  await edge.send("/api/me", { headers: { cookie: "session=A" } });
  edge.state.answer = { status: 200, headers: {}, body: "of B" };
  expect((await edge.send("/api/me", { headers: { cookie: "session=B" } })).text).toBe("of A");
});

test("errors are cached for 10 seconds, whatever no-store says of a 503, unless their time is set to 0", async () => {
  edge.state.xml = distributionXml();
  const bodies = async () => {
    edge.state.answer = { status: 503, headers: { "cache-control": "no-store" }, body: "away" };
    const first = (await edge.send("/api/x")).text;
    edge.state.answer = { status: 200, headers: {}, body: "well" };
    return [first, (await edge.send("/api/x")).text];
  };
  expect(await bodies()).toEqual(["away", "away"]);
  edge.pass(11);
  expect((await edge.send("/api/x")).text).toBe("well");
  edge.state.xml = distributionXml({ errorTtl: noErrorCaching });
  expect(await bodies()).toEqual(["away", "well"]);
});

test("a refusal of a POST is not cached", async () => {
  edge.state.xml = distributionXml();
  const post = () => edge.send("/api/x", { method: "POST", body: "{}" });
  edge.state.answer = { status: 403, headers: {}, body: "no" };
  expect((await post()).text).toBe("no");
  edge.state.answer = { status: 200, headers: {}, body: "yes" };
  expect((await post()).text).toBe("yes");
});

test.each([
  ["large headers", { headers: { "x-large": "x".repeat(9 * 1024) } }],
  ["too large headers", { headers: { "x-large": "x".repeat(20 * 1024) } }],
  ["another method by a header", { headers: { "x-http-method-override": "DELETE" } }],
  ["another host by a header", { headers: { "x-forwarded-host": "evil.example" } }],
  ["an absurd range", { headers: { range: "bytes=99999999-" } }],
  ["a body", { body: "x", headers: { "content-length": "1" } }],
])("SLS-52 a request with %s leaves the file as it is for the next", async (_, sent) => {
  edge.state.xml = distributionXml();
  await edge.send("/assets/x.js?v=1", sent);
  expect(await edge.send("/assets/x.js")).toMatchObject({
    status: 200,
    text: "x()",
    headers: { "content-type": "text/javascript" },
  });
});

test("SLS-56 a URL above 8,192 bytes or a request above 20,480 is 413, one below passes", async () => {
  expect((await edge.send(`/assets/x.js?a=${"x".repeat(8000)}`)).status).toBe(200);
  expect((await edge.send(`/assets/x.js?a=${"x".repeat(8192)}`)).status).toBe(413);
  expect((await edge.send("/api/x", { headers: { cookie: `a=${"x".repeat(18_000)}` } })).status).toBe(200);
  expect((await edge.send("/api/x", { headers: { cookie: `a=${"x".repeat(20_480)}` } })).status).toBe(413);
});

test("SLS-32 a path that does not decode is 400, and an escaped one reaches the API as it is", async () => {
  expect((await edge.send("/api/%")).status).toBe(400);
  await edge.send("/api/images/ID%3Flimit=1");
  expect(edge.state.reached[0]!.url).toBe("/api/images/ID%3Flimit=1");
});

test("an origin that does not answer is 502, one that takes too long 504", async () => {
  await edge.stop();
  edge = await startEdge(undefined, { customOrigin: () => new URL("http://127.0.0.1:1") });
  expect((await edge.send("/api/x")).status).toBe(502);
});

test("a viewer without TLS is redirected, or refused at the API", async () => {
  await edge.stop();
  edge = await startEdge(undefined, { viewerProtocol: () => "http" });
  const answer = await edge.send("/gallery", { headers: { host: "site.example" } });
  expect(answer).toMatchObject({ status: 301, headers: { location: "https://site.example/gallery" } });
  expect((await edge.send("/api/x")).status).toBe(403);
});
