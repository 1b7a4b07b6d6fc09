import { afterEach, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { apiWith, route, startApi } from "./harness.ts";

let api: Awaited<ReturnType<typeof startApi>>;
afterEach(() => api.stop());

test("an event has payload format 2.0", async () => {
  api = await startApi();
  const answer = await api.send("/api/images?limit=1&limit=2&after=a%2Cb", {
    headers: {
      cookie: "a=1; b=x,y",
      "x-forwarded-for": "203.0.113.9",
      "X-One": ["1", "2"],
      host: "example.org",
    },
  });
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({
    version: "2.0",
    routeKey: "$default",
    rawPath: "/api/images",
    rawQueryString: "limit=1&limit=2&after=a%2Cb",
    queryStringParameters: { limit: "1,2", after: "a,b" },
    cookies: ["a=1", "b=x,y"],
    headers: {
      host: "example.org",
      "x-one": "1,2",
      "content-length": "0",
      "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    requestContext: {
      accountId: "123456789012",
      apiId: "a1b2c3",
      domainName: "a1b2c3.execute-api.us-east-1.amazonaws.com",
      domainPrefix: "a1b2c3",
      http: {
        method: "GET",
        path: "/api/images",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "",
      },
      requestId: expect.stringMatching(/^[\w-]{15}=$/),
      routeKey: "$default",
      stage: "$default",
      time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    isBase64Encoded: false,
  });
  expect(answer.headers["apigw-requestid"]).toBe(answer.json().requestContext.requestId);
});

test.each([
  ["/api/images/ID%3Flimit=1", "/api/images/ID?limit=1"],
  ["/api/%2523", "/api/%23"],
  ["/api/a%2Fb", "/api/a/b"],
  ["/api/%252e%252e", "/api/%2e%2e"],
  ["//api/health", "//api/health"],
  ["/API/health", "/API/health"],
  ["/api/", "/api/"],
])("SLS-32 the path %s reaches the function decoded once: %s", async (sent, rawPath) => {
  api = await startApi();
  expect((await api.send(sent)).json()).toMatchObject({ rawPath, rawQueryString: "" });
});

test("SLS-32 a path that does not decode is 400", async () => {
  api = await startApi();
  expect(await api.send("/api/%")).toMatchObject({ status: 400, text: '{"message":"Bad Request"}' });
});

test("SLS-33 repeated headers are joined, cookies are not", async () => {
  api = await startApi();
  const { headers, cookies } = (
    await api.send("/", {
      headers: {
        origin: ["https://a.example", "https://b.example"],
        authorization: ["Bearer a", "Bearer b"],
        cookie: ["a=1; b=2,3", "c=4"],
      },
    })
  ).json();
  expect(headers).toMatchObject({
    origin: "https://a.example,https://b.example",
    authorization: "Bearer a,Bearer b",
  });
  expect(headers).not.toHaveProperty("cookie");
  expect(cookies).toEqual(["a=1", "b=2,3", "c=4"]);
});

test.each([
  ["application/json; charset=utf-8", false],
  ["text/plain", false],
  ["application/problem+json", true],
  ["application/x-www-form-urlencoded", true],
  ["multipart/form-data; boundary=x", true],
  ["image/png", true],
  [undefined, true],
])("a body of type %s is base64: %s", async (type, isBase64Encoded) => {
  api = await startApi();
  const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
  const event = (await api.send("/", { method: "POST", headers, body: "tëxt" })).json();
  const body = isBase64Encoded ? Buffer.from("tëxt").toString("base64") : "tëxt";
  expect(event).toMatchObject({ isBase64Encoded, body });
});

test.each([
  ["an object without a status is JSON", { a: 1 }, 200, '{"a":1}', "application/json"],
  ["a text is a body", "text", 200, "text", "application/json"],
  [
    "a body in base64 is bytes",
    { statusCode: 201, body: "aGk=", isBase64Encoded: true, headers: { "Content-Type": "image/png" } },
    201,
    "hi",
    "image/png",
  ],
  ["a body without a type is text", { statusCode: 200, body: "x" }, 200, "x", "text/plain; charset=utf-8"],
  ["no body", { statusCode: 204 }, 204, "", "text/plain; charset=utf-8"],
  [
    "a status that is none",
    { statusCode: "ok" },
    500,
    '{"message":"Internal Server Error"}',
    "application/json",
  ],
  [
    "a body that is no text",
    { statusCode: 200, body: { a: 1 } },
    500,
    '{"message":"Internal Server Error"}',
    "application/json",
  ],
])("of an answer, %s", async (_, value, status, text, type) => {
  api = await startApi(() => value);
  const answer = await api.send("/");
  expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([status, text, type]);
});

test("SLS-33 two cookies of an answer are two headers, with all attributes; the gateway frames the answer itself", async () => {
  const cookies = [
    "a=1; Path=/; HttpOnly; Secure; SameSite=Strict",
    "b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ];
  api = await startApi(() => ({
    statusCode: 200,
    body: "abc",
    cookies,
    headers: { "content-length": "99", connection: "x" },
  }));
  const answer = await api.send("/");
  expect(answer.cookies).toEqual(cookies);
  expect(answer.headers["content-length"]).toBe("3");
});

test("SLS-56 10 MB of body and 10,240 bytes of headers are the limit, with statuses of the gateway", async () => {
  api = await startApi(() => ({ statusCode: 200, body: "" }));
  const post = (bytes: number) => api.send("/", { method: "POST", body: Buffer.alloc(bytes, "x") });
  const withCookie = (bytes: number) => api.send("/", { headers: { cookie: `a=${"x".repeat(bytes)}` } });
  expect((await post(65 * 1024)).status).toBe(200);
  expect(await post(10 * 1024 * 1024 + 1)).toMatchObject({
    status: 413,
    text: '{"message":"Request Entity Too Large"}',
  });
  expect((await withCookie(9 * 1024)).status).toBe(200);
  expect((await withCookie(10_240)).status).toBe(431);
  expect((await withCookie(50_000)).status).toBe(431);
});

test.each([
  ["throttled", { kind: "throttled" as const }, 503, "Service Unavailable"],
  ["too large", { kind: "tooLarge" as const }, 413, "Request Entity Too Large"],
  ["gone", { kind: "notFound" as const }, 500, "Internal Server Error"],
  [
    "failed",
    { kind: "ran" as const, failed: true, payload: '{"errorMessage":"secret"}' },
    500,
    "Internal Server Error",
  ],
])("a function that is %s is %j here", async (_, invoked, status, message) => {
  api = await startApi(undefined, {}, { invoke: async () => invoked });
  expect(await api.send("/")).toMatchObject({ status, text: JSON.stringify({ message }) });
});

test("a function that takes longer than the integration's time is 503", async () => {
  api = await startApi(() => sleep(500), { routes: [route("$default", { timeoutMs: 100 })] });
  expect(await api.send("/")).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
});

test("a function whose policy does not let this API invoke it is 500, and not invoked", async () => {
  let calls = 0;
  api = await startApi(() => (calls += 1), {}, { mayInvoke: async () => false });
  expect((await api.send("/")).status).toBe(500);
  expect(calls).toBe(0);
});

test("the stage's burst passes, the next is 429, and the rate fills the bucket; a route may have its own", async () => {
  const clock = { ms: 1e12 };
  const throttle = { burst: 5, ratePerSecond: 2 };
  const routes = [route("$default"), route("GET /own", { throttle: { burst: 1, ratePerSecond: 1 } })];
  api = await startApi(() => 1, { throttle, routes }, { now: () => new Date(clock.ms) });
  const statuses = async (path: string, count: number) =>
    (await Promise.all(Array.from({ length: count }, () => api.send(path))))
      .map(({ status }) => status)
      .toSorted();
  expect(await statuses("/", 8)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(await statuses("/own", 2)).toEqual([200, 429]);
  clock.ms += 1000;
  expect(await statuses("/", 3)).toEqual([200, 200, 429]);
});

test("SLS-57 the stage's throttle is one bucket for all: one address empties it for the others", async () => {
  const throttle = { burst: 3, ratePerSecond: 0.001 };
  api = await startApi(() => 1, { throttle });
  const from = (address: string) => api.send("/", { headers: { "x-forwarded-for": address } });
  for (let n = 0; n < 3; n += 1) await from("203.0.113.9");
  expect((await from("198.51.100.1")).status).toBe(429);
});

test("a route with an authorizer takes no request without a token", async () => {
  const authorizer = { issuer: "https://issuer.example", audience: ["web"] };
  api = await startApi(() => 1, { routes: [route("$default", { authorizer })] });
  const answer = await api.send("/");
  expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' });
  expect(answer.headers["www-authenticate"]).toBe("Bearer");
});

test("no route is 404", async () => {
  api = await startApi(() => 1, { routes: [route("GET /api")] });
  expect(await api.send("/other")).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
});

test("CORS of the API answers preflights itself, and replaces the function's headers", async () => {
  const cors = {
    allowOrigins: ["https://site.example"],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["content-type"],
    exposeHeaders: ["etag"],
    allowCredentials: true,
    maxAgeS: 600,
  };
  api = await startApi(() => ({ statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" } }), {
    cors,
  });
  const preflight = await api.send("/", { method: "OPTIONS", headers: { origin: "https://site.example" } });
  expect(preflight).toMatchObject({
    status: 204,
    headers: {
      "access-control-allow-origin": "https://site.example",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "600",
    },
  });
  const foreign = await api.send("/", { headers: { origin: "https://evil.example" } });
  expect(foreign.headers).not.toHaveProperty("access-control-allow-origin");
  const own = await api.send("/", { headers: { origin: "https://site.example" } });
  expect(own.headers).toMatchObject({
    "access-control-allow-origin": "https://site.example",
    "access-control-expose-headers": "etag",
  });
});

test("SLS-39 the access log has one line a request in the declared format, and no value breaks out of its field", async () => {
  const accessLogFormat =
    '{"id":"$context.requestId","ip":"$context.identity.sourceIp","agent":"$context.identity.userAgent","path":"$context.path","status":$context.status,"error":"$context.error.message","route":"$context.routeKey"}';
  api = await startApi(() => 1, { accessLogFormat, routes: [route("GET /{proxy+}")] });
  const ok = await api.send("/a?token=secret", { headers: { "user-agent": 'x","status":999,"y":"' } });
  await api.send("/", { method: "POST" });
  const [first, second] = api.logged.map((line) => JSON.parse(line));
  expect(first).toEqual({
    id: ok.headers["apigw-requestid"],
    ip: "127.0.0.1",
    agent: 'x","status":999,"y":"',
    path: "/a",
    status: 200,
    error: "-",
    route: "GET /{proxy+}",
  });
  expect(second).toMatchObject({ status: 404, error: "Not Found", route: "-" });
  expect(api.logged.join()).not.toContain("secret");
});

test("a change of the declaration counts at the next request", async () => {
  api = await startApi(() => 1);
  expect((await api.send("/")).status).toBe(200);
  api.state.api = apiWith({ routes: [] });
  expect((await api.send("/")).status).toBe(404);
});
