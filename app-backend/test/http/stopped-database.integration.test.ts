import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { getAccount, member, send } from "../client.ts";
import { ownClock } from "../own-clock.ts";
import { tcpProxy } from "../tcp-proxy.ts";

let app: TestApp;
let proxy: Awaited<ReturnType<typeof tcpProxy>>;
let clock: ReturnType<typeof ownClock>;

jest.setTimeout(60_000);

beforeAll(async () => {
  clock = ownClock();
  proxy = await tcpProxy(Number(process.env["MYSQL_PORT"]));
  app = await startApp({ route: (database) => ({ ...database, port: proxy.port }) });
});
afterAll(async () => {
  clock.stop();
  proxy.close();
  await app.close();
});

test("DOS-05 with the database stopped for 10 s, 200 requests get 503 within 3 s, and all is well 5 s after", async () => {
  const { body } = await member(app);
  const timed = async () => {
    const started = clock.now();
    const { status, headers } = await getAccount(app, body.accessToken);
    return { status, retryAfter: headers.get("retry-after"), ms: clock.now() - started };
  };
  const together = (count: number) => Promise.all(Array.from({ length: count }, timed));
  proxy.pause();
  const stoppedAt = performance.now();
  const answers = await together(200);
  expect(new Set(answers.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(
    new Set(["503 5"]),
  );
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(3_000);
  expect((await send(app, "GET", "/health")).status).toBe(200);
  await sleep(10_000 - (performance.now() - stoppedAt));
  proxy.resume();
  const reopenedAt = clock.now();
  while (!(await together(50)).every(({ status }) => status === 200))
    expect(clock.now() - reopenedAt).toBeLessThan(5_000);
});
