import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { serveMetrics } from "../../src/process/serve-metrics.ts";

const metrics = { contentType: "text/plain; version=0.0.4", text: async () => "up 1\n" };
const open: Server[] = [];
const kept = <Kind extends Server>(server: Kind): Kind => (open.push(server), server);

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

test("OPS-11 metrics are served at one path, read-only, and nothing else is", async () => {
  const server = kept(serveMetrics(metrics, { host: "127.0.0.1", port: 0 }, fail));
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await fetch(`${url}/api/metrics`);
  expect([answer.headers.get("content-type"), await answer.text()]).toEqual([metrics.contentType, "up 1\n"]);
  for (const [method, path] of [
    ["POST", "/api/metrics"],
    ["GET", "/api/metrics?x"],
    ["GET", "/api/health"],
    ["GET", "/"],
  ] as const) {
    expect((await fetch(`${url}${path}`, { method })).status).toBe(404);
  }
});

test("a port in use is reported, and the API goes on", async () => {
  const other = kept(createServer().listen(0, "127.0.0.1"));
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const fault = await new Promise<Error>((resolve) =>
    kept(serveMetrics(metrics, { host: "127.0.0.1", port }, resolve)),
  );
  expect(fault.message).toContain("EADDRINUSE");
});

function fail(error: Error): never {
  throw error;
}
