import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import sharp from "sharp";
import { startApp, type TestApp } from "../app.ts";
import { register, send } from "../client.ts";
import { decodersOf } from "../decoders.ts";
import { startProcess } from "../process.ts";

let app: TestApp;
let server: Awaited<ReturnType<typeof startProcess>>;
beforeAll(async () => {
  app = await startApp();
  server = await startProcess(app);
});
afterAll(() => app.close());

test("USE-02 the decoder is killed again and again during a picture: the API answers, and takes the next one", async () => {
  const flat = { create: { width: 6000, height: 5000, channels: 3, background: "#31506b" } } as const;
  const image = await sharp(flat).jpeg().toBuffer();
  let answered = false;
  const registering = register(server, { image }).finally(() => (answered = true));
  while (!answered) {
    for (const pid of decodersOf(server.pid)) process.kill(pid, "SIGKILL");
    expect((await send(server, "GET", "/health")).status).toBe(200);
  }
  expect(await registering).toMatchObject({ status: 503, body: { code: "unavailable" } });
  expect((await register(server)).status).toBe(201);
});

test("USE-02 when the API is killed, its decoder ends", async () => {
  expect((await register(server)).status).toBe(201);
  const [decoder] = decodersOf(server.pid);
  process.kill(server.pid, "SIGKILL");
  while (existsSync(`/proc/${decoder}`)) await sleep(10);
});
