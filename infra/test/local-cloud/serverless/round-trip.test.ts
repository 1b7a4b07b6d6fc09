import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { createHttpApi } from "../../../local-cloud/serverless/http-api/http-api.ts";
import { distributionXml, noErrorCaching, startEdge } from "./edge/harness.ts";
import { apiWith, closed, listening } from "./http-api/harness.ts";
import { arnOf, functionOf, startRunner } from "./lambda/harness.ts";

// From the viewer to Express under serverless-http and back, through all three stand-ins.
const { resolve } = createRequire(import.meta.url);
const url = (name: string) => JSON.stringify(pathToFileURL(resolve(name)).href);
const source = `
import express from ${url("express")};
import serverless from ${url("serverless-http")};
const app = express();
app.use(express.json({ limit: "8mb" }));
app.get("/api/cookies", (req, res) => {
  res.cookie("a", "1", { httpOnly: true, secure: true, sameSite: "strict", path: "/api" });
  res.cookie("b", "2", { expires: new Date(0) });
  res.json({ cookie: req.headers.cookie });
});
app.get("/api/bytes", (req, res) => res.type("image/png").send(Buffer.from([0, 255, 128, 10])));
app.post("/api/echo", (req, res) => res.status(201).json({ body: req.body, query: req.query }));
app.delete("/api/thing", (req, res) => res.status(204).end());
app.get("/api/list", (req, res) => res.json({ query: req.query, ips: req.headers["x-forwarded-for"], proof: req.headers["edge-proof"], viewer: req.headers["viewer-address"] }));
app.get("/api/throws", () => { throw new Error("handled by Express"); });
app.get("/api/exits", () => process.exit(1));
app.get("/api/large", (req, res) => res.send("x".repeat(7 * 1024 * 1024)));
app.get("/api/images/:id", (req, res) => res.json({ id: req.params.id, query: req.query }));
app.use((req, res) => res.status(404).json({ missing: req.url }));
export const handler = serverless(app, { binary: ["image/*"] });
`;

let runner: Awaited<ReturnType<typeof startRunner>>;
let edge: Awaited<ReturnType<typeof startEdge>>;
let gateway: ReturnType<typeof createHttpApi>;

beforeAll(async () => {
  runner = await startRunner([]);
  runner.declare(functionOf("api", source, { version: "1", reservedConcurrency: 4 }), `${arnOf("api")}:live`);
  const api = apiWith();
  gateway = createHttpApi({
    describe: async () => api,
    invoke: runner.invoke,
    mayInvoke: async () => true,
    jwks: async () => ({ keys: [] }),
    now: () => new Date(),
    accessLog: () => {},
  });
  const gatewayUrl = await listening(gateway);
  edge = await startEdge(distributionXml({ errorTtl: noErrorCaching }), {
    customOrigin: () => new URL(gatewayUrl),
  });
});

afterAll(async () => {
  await Promise.all([edge.stop(), closed(gateway), runner.stop()]);
});

test("cookies arrive and are set, each with its attributes", async () => {
  const answer = await edge.send("/api/cookies", { headers: { cookie: "a=1; b=x,y; c=" } });
  expect(answer.json().cookie).toBe("a=1; b=x,y; c=");
  expect(answer.cookies).toEqual([
    "a=1; Path=/api; HttpOnly; Secure; SameSite=Strict",
    "b=2; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ]);
});

test("bytes stay bytes, 204 has no body", async () => {
  const bytes = await edge.send("/api/bytes");
  expect([...bytes.bytes]).toEqual([0, 255, 128, 10]);
  expect(bytes.headers["content-type"]).toMatch(/^image\/png/);
  expect(await edge.send("/api/thing", { method: "DELETE" })).toMatchObject({ status: 204, text: "" });
});

test("JSON, lists in the query and text beyond ASCII arrive as sent", async () => {
  const headers = { "content-type": "application/json" };
  const sent = { method: "POST", headers, body: JSON.stringify({ name: "漢 ë 🙂" }) };
  const answer = await edge.send("/api/echo?limit=1&limit=2&after=a%2Cb", sent);
  expect(answer.status).toBe(201);
  expect(answer.json()).toEqual({ body: { name: "漢 ë 🙂" }, query: { limit: ["1", "2"], after: "a,b" } });
});

test("the function sees the viewer's address, whatever the viewer states, and the edge's proof", async () => {
  const headers = { "x-forwarded-for": "203.0.113.9", "viewer-address": "203.0.113.9", "edge-proof": "mine" };
  const { ips, proof, viewer } = (await edge.send("/api/list", { headers })).json();
  expect(viewer).toBe("127.0.0.1");
  expect(ips).toBe("203.0.113.9, 127.0.0.1, 127.0.0.1");
  expect(proof).toBe("proof");
});

test("SLS-32 a question mark in the path stays in it: serverless-http escapes it again; a slash is one", async () => {
  expect((await edge.send("/api/images/ID%3Flimit=1")).json()).toEqual({ id: "ID?limit=1", query: {} });
  expect((await edge.send("/api/images/a%2Fb")).status).toBe(404);
});

test("an error of the application is the application's; an exit is 500, and the next request is well", async () => {
  expect((await edge.send("/api/throws")).status).toBe(500);
  expect(await edge.send("/api/exits")).toMatchObject({
    status: 500,
    text: '{"message":"Internal Server Error"}',
  });
  expect((await edge.send("/api/list")).status).toBe(200);
});

test("SLS-56 a body of 6.1 MB is 413 by the function's limit, one of 10.1 MB by the gateway's, a large answer 500", async () => {
  const post = (bytes: number) =>
    edge.send("/api/echo", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify("x".repeat(bytes)),
    });
  expect((await post(6.1 * 1024 * 1024)).status).toBe(413);
  expect((await post(10.1 * 1024 * 1024)).status).toBe(413);
  expect((await edge.send("/api/large")).status).toBe(500);
});

test("SLS-43 of many at once, as many are answered as are reserved, the others 503, none hangs", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => edge.send("/api/list")));
  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect((await edge.send("/api/list")).status).toBe(200);
});
