import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { postJson } from "../client.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

test("DOS-01 a body that comes at 2 KiB a second is answered", async () => {
  const body = Buffer.from(JSON.stringify({ email: "unknown@example.org", password: "x".repeat(26 * 1024) }));
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const answered = new Promise((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString().slice(0, 12)));
    socket.once("close", () => resolve("hung up"));
  });
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.write(`POST /api/auth/signin HTTP/1.1\r\n${headers}\r\n\r\n`);
  for (let sent = 0; sent < body.length && !socket.destroyed; sent += 2048) {
    socket.write(body.subarray(sent, sent + 2048));
    await sleep(1000);
  }
  expect(await answered).toBe("HTTP/1.1 400");
  socket.destroy();
});

test("JSON of more than 64 kB is refused, although it is valid and the excess is in an unused field", async () => {
  const padded = {
    email: "unknown@example.org",
    password: "correct horse battery",
    more: "x".repeat(100_000),
  };
  expect(await postJson(app, "/auth/signin", padded)).toMatchObject({
    status: 400,
    body: { code: "malformed_request" },
  });
});

test("DOS-01 a client that sends a byte of a body each second is disconnected within 15 s", async () => {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  socket.on("error", () => undefined).resume();
  const headers = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000";
  socket.write(`POST /api/auth/signin HTTP/1.1\r\n${headers}\r\n\r\n{`);
  const startedAt = performance.now();
  const drip = setInterval(() => socket.write(" "), 1000);
  await new Promise((resolve) => socket.once("close", resolve)); // `once` would reject on a reset
  clearInterval(drip);
  expect(performance.now() - startedAt).toBeGreaterThan(9_000);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
});
