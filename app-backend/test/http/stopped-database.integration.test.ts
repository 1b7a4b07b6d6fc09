import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { getAccount, member, send } from "../client.ts";
import { eventually } from "../eventually.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { timeOf, within } from "../within.ts";

let app: TestApp;
let proxy: Awaited<ReturnType<typeof tcpProxy>>;

jest.setTimeout(180_000);

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
    const startedAt = performance.now();
    const { status, headers } = await getAccount(app, body.accessToken);
    return { answer: `${status} ${headers.get("retry-after")}`, ms: performance.now() - startedAt };
  };
  const together = (count: number) => Promise.all(Array.from({ length: count }, timed));
  const allIsWell = async () => (await together(50)).every(({ answer }) => answer === "200 null");

  /** Stops the database for that time, or until all requests are answered. */
  async function outage(stoppedMs = 0) {
    proxy.pause();
    const [answers] = await Promise.all([together(200), sleep(stoppedMs)]);
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(["503 5"]));
    expect((await send(app, "GET", "/health")).status).toBe(200);
    proxy.resume();
    const recoveryMs = await timeOf(() => eventually(allIsWell));
    return { refusalMs: Math.max(...answers.map(({ ms }) => ms)), recoveryMs };
  }
  await within(3_000, async () => (await outage()).refusalMs);
  await within(5_000, async () => (await outage(10_000)).recoveryMs);
});
