import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { placeAfter, requestOf, serial } from "../../src/load/client.ts";
import { connect } from "../../src/load/connection.ts";

let server: Server;
afterEach(() => {
  server.close();
});

async function connectTo(listener: RequestListener) {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return connect((server.address() as AddressInfo).port);
}

const get = requestOf({ method: "GET", path: "/" }, {});

test("sends a request with its body and cookie, and reads status and new cookie of the answer", async () => {
  const seen: string[] = [];
  const connection = await connectTo(async (req, res) => {
    for await (const chunk of req) seen.push(`${req.method} ${req.headers.cookie} ${chunk}`);
    res.setHeader("set-cookie", "refresh=two; Path=/; HttpOnly").setHeader("content-length", 2).end("ok");
  });
  const request = requestOf({ method: "POST", path: "/", body: '{"ä":1}' }, { cookie: "refresh=one" });
  expect(await connection.exchange(request)).toEqual({
    status: 200,
    cookie: "refresh=two",
    etag: undefined,
    cursor: undefined,
  });
  expect(seen).toEqual(['POST refresh=one {"ä":1}']);
  connection.close();
});

test("waits for the whole of an answer that comes in pieces, and keeps the connection", async () => {
  const connection = await connectTo((_req, res) => {
    res.setHeader("content-length", 10).write("12345");
    setTimeout(() => res.end("67890"), 20);
  });
  expect((await connection.exchange(get)).status).toBe(200);
  expect((await connection.exchange(get)).status).toBe(200);
  connection.close();
});

test("reads an answer without content", async () => {
  const connection = await connectTo((_req, res) => res.writeHead(204).end());
  expect((await connection.exchange(get)).status).toBe(204);
  connection.close();
});

test("fails rather than wait when the server hangs up", async () => {
  const connection = await connectTo((_req, res) => res.destroy());
  await expect(connection.exchange(get)).rejects.toThrow("closed a connection");
});

test("fails on an answer whose end it cannot know", async () => {
  const connection = await connectTo((_req, res) => {
    res.write("in chunks");
    res.end();
  });
  await expect(connection.exchange(get)).rejects.toThrow("without Content-Length");
  connection.close();
});

test("goes on from the tag and the cursor of each answer, with another number in each body", () => {
  const answer = { cookie: "refresh=two", etag: '"2"', cursor: "bm93" };
  const saver = { method: "PUT", path: "/notes", etag: '"1"', body: `["${serial}"]` } as const;
  const saved = placeAfter(saver, { etag: saver.etag }, answer);
  expect(requestOf(saver, saved, 7)).toMatch(/^PUT \/notes HTTP.*if-match: "2"\r\n.*\["00000007"\]$/s);
  expect(requestOf(saver, saved, 7)).not.toContain("cookie");
  const walker = { method: "GET", path: "/list?limit=24", follows: true } as const;
  const next = placeAfter(walker, {}, answer);
  expect(requestOf(walker, next)).toContain("GET /list?limit=24&cursor=bm93 HTTP");
  expect(requestOf(walker, placeAfter(walker, next, {}))).toContain("GET /list?limit=24 HTTP");
});
