import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { openIntegrity } from "../../src/compose/ec2-jobs.ts";
import { startApp, type TestApp } from "../app.ts";
import {
  type Answer,
  appendImage,
  bearer,
  getAccount,
  member,
  newEmail,
  register,
  send,
  signIn,
} from "../client.ts";
import { accepted, onePixelPng, picture } from "../images.ts";
import { startProcess } from "../process.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { announce, complete, put } from "../uploads.ts";
import { within } from "../within.ts";

const pageGivesUpMs = 30_000;
const bucketPort = Number(new URL(process.env["AWS_ENDPOINT_URL_S3"] ?? "http://localhost:1").port);

let proxy: Awaited<ReturnType<typeof tcpProxy>>;
let busy: Server;
let full: Server;
let app: TestApp;
let server: Awaited<ReturnType<typeof startProcess>>;

jest.setTimeout(240_000);

beforeAll(async () => {
  busy = await busyBucket(/./);
  full = await busyBucket(/^PUT \/[^/]+\/(images|pictures)\//);
  proxy = await tcpProxy(bucketPort);
  const site = await startApp({ bucketPort: proxy.port });
  // A separate process: inside of Jest an error from Node's core is not an `instanceof Error`, which the SDK needs.
  server = await startProcess(site);
  app = { ...site, url: server.url };
});
afterAll(async () => {
  proxy.redirect();
  proxy.resume();
  await server.close();
  await app.close();
  proxy.close();
  for (const server of [busy, full]) {
    server.close();
    server.closeAllConnections();
  }
});

/** Answers 503 to matching requests, and forwards all others. */
async function busyBucket(refused: RegExp): Promise<Server> {
  const server = createServer((req, res) => {
    const { method = "", url: path = "", headers } = req;
    if (!refused.test(`${method} ${path}`)) {
      const passedOn = request({ host: "127.0.0.1", port: bucketPort, method, path, headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      return void req.pipe(passedOn);
    }
    req.resume();
    res.writeHead(503, { "content-type": "application/xml" });
    res.end("<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function replacePicture(accessToken: string, image: Uint8Array): Promise<Answer> {
  const body = new FormData();
  appendImage(body, image);
  return send(app, "PUT", "/account/image", { body, headers: bearer(accessToken) });
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAt = performance.now();
  return { result: await work, ms: performance.now() - startedAt };
}

/** Every object that a record points at exists, and no other does. */
async function expectWhole(): Promise<void> {
  const { inspect, close } = openIntegrity(app.config, () => new Date(Date.now() + 2 * 3_600_000));
  const { missing, mismatched } = await inspect(false);
  await close();
  expect({ missing, mismatched }).toEqual({ missing: [], mismatched: [] });
}

describe("REL-05 a bucket that", () => {
  test.each([
    ["is down", () => proxy.redirect(1)],
    ["answers 503", () => proxy.redirect(portOf(busy))],
    ["answers 503 to permanent objects", () => proxy.redirect(portOf(full))],
    ["does not answer", () => proxy.pause()],
  ])(
    "%s: sign-in and lists work, uploads are 503 in time, and no record is without its object",
    async (_what, hurt) => {
      await within(3_000, async () => {
        const { body, email } = await member(app);
        const announced = await announce(app, body.accessToken, onePixelPng);
        await put(announced, onePixelPng);
        const pictureBefore = new URL(body.account.imageUrl).pathname;
        const late = newEmail();

        hurt();
        const uploads = [
          register(app, { email: late }),
          replacePicture(body.accessToken, accepted["image/jpeg"]!),
          complete(app, body.accessToken, announced.body.image.id),
        ].map(timed);
        const others = [
          signIn(app, email),
          getAccount(app, body.accessToken),
          send(app, "GET", "/images", { headers: bearer(body.accessToken) }),
          announce(app, body.accessToken, onePixelPng),
        ].map(timed);
        const answers = await Promise.all(others);
        expect(answers.map(({ result }) => result.status)).toEqual([200, 200, 200, 201]);
        for (const { result, ms } of await Promise.all(uploads)) {
          expect(result).toMatchObject({ status: 503, body: { code: "unavailable" } });
          expect(result.headers.get("retry-after")).toBe("5");
          expect(ms).toBeLessThan(pageGivesUpMs);
        }

        proxy.redirect();
        proxy.resume();
        const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts WHERE email = ?", [
          late,
        ]);
        expect(rows).toEqual([]);
        const { imageUrl } = (await getAccount(app, body.accessToken)).body.account;
        expect(new URL(imageUrl).pathname).toBe(pictureBefore);
        await expectWhole();
        expect((await complete(app, body.accessToken, announced.body.image.id)).status).toBe(200);
        expect((await register(app, { email: late })).status).toBe(201);
        await expectWhole();
        return Math.max(...answers.map(({ ms }) => ms));
      });
    },
  );

  test("stops in the middle of an upload: 503 in time, the slot is free again, and the retry succeeds", async () => {
    const { accessToken } = (await member(app)).body;
    const noise = await picture(1200, 900).png({ compressionLevel: 0 }).toBuffer();
    const announced = await announce(app, accessToken, noise);
    expect(await put(announced, noise)).toBe(200);
    const { id } = announced.body.image;
    const completed = timed(complete(app, accessToken, id));
    await proxy.returned(1_000_000);
    proxy.pause();
    const { result, ms } = await completed;
    expect(result).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(ms).toBeLessThan(pageGivesUpMs);
    proxy.redirect();
    proxy.resume();
    await sleep(100);
    expect((await complete(app, accessToken, id)).status).toBe(200);
    await expectWhole();
  });
});
