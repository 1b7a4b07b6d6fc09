import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { getAccount, member, send } from "../client.ts";
import { tcpProxy } from "../tcp-proxy.ts";

let app: TestApp;
let proxy: Awaited<ReturnType<typeof tcpProxy>>;

jest.setTimeout(60_000);

beforeAll(async () => {
  proxy = await tcpProxy(Number(process.env["MYSQL_PORT"]));
  app = await startApp({ route: (database) => ({ ...database, port: proxy.port }) });
});
afterAll(async () => {
  proxy.close();
  await app.close();
});

test("DOS-05 with the database stopped for 10 s, 200 requests get 503 within 3 s, and all is well 5 s after", async () => {
  const { body } = await member(app);
  const timed = async () => {
    const started = performance.now();
    const { status, headers } = await getAccount(app, body.accessToken);
    return { status, retryAfter: headers.get("retry-after"), ms: performance.now() - started };
  };
  proxy.pause();
  const stoppedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: 200 }, timed));
  expect(new Set(answers.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(
    new Set(["503 5"]),
  );
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(3_000);
  expect((await send(app, "GET", "/health")).status).toBe(200);
  await sleep(10_000 - (performance.now() - stoppedAt));
  proxy.resume();
  const reopenedAt = performance.now();
  while ((await timed()).status !== 200) expect(performance.now() - reopenedAt).toBeLessThan(5_000);
  const after = await Promise.all(Array.from({ length: 50 }, timed));
  expect(after.every(({ status }) => status === 200)).toBe(true);
});
