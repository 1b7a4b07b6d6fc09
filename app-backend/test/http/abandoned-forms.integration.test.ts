import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { register } from "../client.ts";
import { eventually } from "../eventually.ts";
import { onePixelPng, picture } from "../images.ts";
import { formBody, openForm, statusOf } from "../raw-forms.ts";
import { tcpProxy } from "../tcp-proxy.ts";

const nothingTaken = { forms: 0, images: 0, media: 0, notes: 0, completions: 0, passwords: 0 };
const atOnce = 10;

let database: Awaited<ReturnType<typeof tcpProxy>>;
let bucket: Awaited<ReturnType<typeof tcpProxy>>;
let app: TestApp;

jest.setTimeout(300_000);

beforeAll(async () => {
  database = await tcpProxy(Number(process.env["MYSQL_PORT"]));
  bucket = await tcpProxy(Number(new URL(process.env["AWS_ENDPOINT_URL_S3"] ?? "http://localhost:1").port));
  const route = <Config>(config: Config) => ({ ...config, port: database.port });
  app = await startApp({ route, bucketPort: bucket.port });
});
afterAll(async () => {
  await app.close();
  database.close();
  bucket.close();
});

const free = async () => Object.values(await app.places()).every((taken) => taken === 0);

describe("USE-01 after 200 clients that hang up", () => {
  afterEach(() => {
    database.resume();
    bucket.resume();
  });

  const photo = picture(1600, 1200).jpeg().toBuffer();
  const stages: Record<string, (body: Buffer) => Promise<void>> = {
    "before the body": async (body) => hangUp(await all(() => opened(body, 0))),
    "in the middle of the body": async (body) => hangUp(await all(() => opened(body, body.length / 2))),
    "while the database is asked": async (body) => {
      database.pause();
      const sockets = await all(() => opened(body, body.length));
      await sleep(100);
      await hangUp(sockets);
      await sleep(50);
      database.resume();
    },
    "while the bucket does not answer": async (body) => {
      bucket.pause();
      const sockets = await all(() => opened(body, body.length));
      await sleep(300);
      await hangUp(sockets);
      bucket.resume();
    },
    "while pictures are processed": async (body) => {
      const sockets = await all(() => opened(body, body.length));
      await sleep(300);
      await hangUp(sockets);
    },
  };

  test.each(Object.keys(stages))("%s all places are free", async (stage) => {
    const body = formBody(await photo);
    const before = new Set(await app.bucket.keys());
    for (let clients = 0; clients < 200; clients += atOnce) {
      await stages[stage]!(body);
      await eventually(free).catch(() => undefined);
      expect(await app.places()).toEqual(nothingTaken);
    }
    await eventually(async () => (await register(app)).status === 201);
    // S3 may store what it received before the pause after it was asked to remove it; that expires within a day.
    const expected = stage === "while the bucket does not answer" ? /^(pictures|incoming)\// : /^pictures\//;
    await eventually(async () =>
      (await app.bucket.keys()).every((key) => before.has(key) || expected.test(key)),
    );
    expect(app.logLines.filter((line) => line.includes('"bug"'))).toEqual([]);
  });

  function opened(body: Buffer, bytes: number): Socket {
    const socket = openForm(app.url, { length: body.length });
    if (bytes > 0) socket.write(body.subarray(0, bytes));
    return socket;
  }
});

test("USE-01 of 2,000 forms with hang-ups and false lengths none is answered with 5xx, and all good ones succeed", async () => {
  const body = formBody();
  const chunk = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
  const half = body.length / 2;
  const broken: (() => Socket)[] = [
    () => hungUp(sent({ length: body.length }, body.subarray(0, half))),
    () => ended({ length: body.length + 500 }, body),
    () => ended({ length: body.length - 300 }, body),
    () => ended({ length: body.length, boundary: "another" }, body),
    () => ended({ length: 20 }, body),
    () => ended({ chunked: true }, chunk(body)),
    () => ended({ chunked: true }, Buffer.from("fffffff\r\nshort\r\n")),
    () => ended({ chunked: true }, Buffer.from("no length\r\n")),
    () => ended({}, body),
    () => ended({ length: 0 }, body),
  ];
  const good = () =>
    sent({ chunked: true }, Buffer.concat([chunk(formBody(onePixelPng)), Buffer.from("0\r\n\r\n")]));

  const answers: { isGood: boolean; status: number }[] = [];
  let next = 0;
  async function client(): Promise<void> {
    for (let index = next++; index < 2_000; index = next++) {
      const isGood = index % 20 === 0;
      const socket = isGood ? good() : broken[index % broken.length]!();
      const status = await statusOf(socket);
      socket.destroy();
      answers.push({ isGood, status });
    }
  }
  await Promise.all(Array.from({ length: 8 }, client));
  expect(app.logLines.filter((line) => /"status":5\d\d/.test(line))).toEqual([]); // they have the reason
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(answers.filter(({ isGood, status }) => isGood && status !== 201)).toEqual([]);
  expect(answers.filter(({ isGood, status }) => !isGood && status === 201)).toEqual([]);
  await eventually(free);
  expect(await app.places()).toEqual(nothingTaken);

  function sent(head: Parameters<typeof openForm>[1], bytes: Buffer): Socket {
    const socket = openForm(app.url, head);
    socket.write(bytes);
    return socket;
  }
  function hungUp(socket: Socket): Socket {
    setTimeout(() => socket.destroy(), 10);
    return socket;
  }
  function ended(head: Parameters<typeof openForm>[1], bytes: Buffer): Socket {
    return sent(head, bytes).end();
  }
});

async function all(open: () => Socket): Promise<Socket[]> {
  const sockets = Array.from({ length: atOnce }, open);
  await Promise.all(sockets.map((socket) => new Promise((sent) => socket.write("", sent))));
  await sleep(20);
  return sockets;
}

async function hangUp(sockets: Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await sleep(20);
}
