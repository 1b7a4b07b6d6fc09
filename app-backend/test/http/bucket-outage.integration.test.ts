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
import { tcpGate } from "../tcp-proxy.ts";
import { announce, complete, put } from "../uploads.ts";

const pageGivesUpMs = 30_000;
const bucketPort = Number(new URL(process.env["AWS_ENDPOINT_URL_S3"] ?? "http://localhost:1").port);

let gate: Awaited<ReturnType<typeof tcpGate>>;
let busy: Server;
let full: Server;
let app: TestApp;
let server: Awaited<ReturnType<typeof startProcess>>;

jest.setTimeout(90_000);

beforeAll(async () => {
  busy = await busyBucket(/./);
  full = await busyBucket(/^PUT \/[^/]+\/(images|pictures)\//);
  gate = await tcpGate(bucketPort);
  const site = await startApp({ bucketPort: gate.port });
  // A process of its own: what Node's core throws is no Error to whoever runs inside of Jest, the SDK for one.
  server = await startProcess(site);
  app = { ...site, url: server.url };
});
afterAll(async () => {
  gate.leadTo();
  gate.reopen();
  await server.close();
  await app.close();
  gate.close();
  for (const server of [busy, full]) {
    server.close();
    server.closeAllConnections();
  }
});

/** Answers 503 to the requests that it is told, and passes on all others. */
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

/** Everything that a record points at is there, and nothing else is. */
async function expectWhole(): Promise<void> {
  const { inspect, close } = openIntegrity(app.config, () => new Date(Date.now() + 2 * 3_600_000));
  const { missing, mismatched } = await inspect(false);
  await close();
  expect({ missing, mismatched }).toEqual({ missing: [], mismatched: [] });
}

describe("REL-05 a bucket that", () => {
  test.each([
    ["is down", () => gate.leadTo(1)],
    ["answers 503", () => gate.leadTo(portOf(busy))],
    ["answers 503 to what is to stay", () => gate.leadTo(portOf(full))],
    ["does not answer", () => gate.shut()],
  ])(
    "%s: sign-in and lists work, uploads are 503 in time, and no record is without its object",
    async (_what, hurt) => {
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
      const [signedIn, account, list, another] = await Promise.all(others);
      for (const { ms } of [signedIn!, account!, list!, another!]) expect(ms).toBeLessThan(3_000);
      expect([signedIn, account, list, another].map((each) => each!.result.status)).toEqual([
        200, 200, 200, 201,
      ]);
      for (const { result, ms } of await Promise.all(uploads)) {
        expect(result).toMatchObject({ status: 503, body: { code: "unavailable" } });
        expect(result.headers.get("retry-after")).toBe("5");
        expect(ms).toBeLessThan(pageGivesUpMs);
      }

      gate.leadTo();
      gate.reopen();
      const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts WHERE email = ?", [late]);
      expect(rows).toEqual([]);
      const { imageUrl } = (await getAccount(app, body.accessToken)).body.account;
      expect(new URL(imageUrl).pathname).toBe(pictureBefore);
      await expectWhole();
      expect((await complete(app, body.accessToken, announced.body.image.id)).status).toBe(200);
      expect((await register(app, { email: late })).status).toBe(201);
      await expectWhole();
    },
  );

  test("stops in the middle of an upload: 503 in time, the place is free again, and the retry succeeds", async () => {
    const { accessToken } = (await member(app)).body;
    const noise = await picture(1200, 900).png({ compressionLevel: 0 }).toBuffer();
    const announced = await announce(app, accessToken, noise);
    expect(await put(announced, noise)).toBe(200);
    const { id } = announced.body.image;
    const completed = timed(complete(app, accessToken, id));
    await gate.passed(1_000_000);
    gate.shut();
    const { result, ms } = await completed;
    expect(result).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(ms).toBeLessThan(pageGivesUpMs);
    gate.leadTo();
    gate.reopen();
    await sleep(100);
    expect((await complete(app, accessToken, id)).status).toBe(200);
    await expectWhole();
  });
});
