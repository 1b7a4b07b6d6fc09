import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

test("DOS-01 who sends a byte of a body each second is hung up on within 15 s", async () => {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  socket.on("error", () => undefined).resume();
  const headers = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000";
  socket.write(`POST /api/auth/signin HTTP/1.1\r\n${headers}\r\n\r\n{`);
  const startedAt = performance.now();
  const drip = setInterval(() => socket.write(" "), 1000);
  await new Promise((resolve) => socket.once("close", resolve)); // `once` would fail with a reset
  clearInterval(drip);
  expect(performance.now() - startedAt).toBeGreaterThan(9_000);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
});
