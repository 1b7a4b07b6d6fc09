import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { maxMediaBytes, mediaQuota } from "../../src/domain/media.ts";
import { maxNotesBytes } from "../../src/domain/notes.ts";
import { notestampRoutes } from "../../src/http/notestamp/router.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { startApp, type TestApp } from "../app.ts";
import { bearer, send, signIn, someAddress } from "../client.ts";
import { eventually } from "../eventually.ts";
import { mpegFrames, recording } from "../media-files.ts";
import { sound } from "../media-uploads.ts";
import {
  clientOrigin,
  line,
  type Metadata,
  notestampClient,
  type NotestampClient,
} from "../notestamp-client.ts";
import { startProcess } from "../process.ts";
import { statusOf } from "../raw-forms.ts";

jest.setTimeout(180_000);

const boundary = "----form";
const nothingTaken = { facade_uploads: 0, facade_files: 0, media: 0 };

let app: TestApp;
let client: NotestampClient;
let email: string;
let accountId: string;

beforeAll(async () => {
  app = await startApp({ notestamp: clientOrigin });
});
afterAll(() => app.close());

async function newPerson(): Promise<void> {
  client = notestampClient(app);
  email = await client.join();
  const [rows] = await app.pool.query("SELECT id FROM accounts WHERE email = ?", [email]);
  accountId = (rows as { id: string }[])[0]!.id;
}

const counted = async () => (await rawMysql(app.pool).usage(accountId)).counted;
const incoming = async () => (await app.bucket.keys()).filter((key) => key.startsWith("incoming/"));
const stored = async () => (await app.bucket.keys()).filter((key) => key.startsWith(`media/${accountId}/`));
const titles = async () => (await client.list()).json<Metadata[]>().map(({ title }) => title);

/** Nothing of what was refused or cut off is left, and no place is taken. */
async function expectNothingLeft(): Promise<void> {
  await eventually(async () => (await incoming()).length === 0);
  await eventually(
    async () => (await app.places())["facade_uploads"] === 0 && (await app.places())["media"] === 0,
  );
  expect(await app.places()).toMatchObject(nothingTaken);
  await eventually(async () => (await app.bucket.unfinishedUploads()) === 0);
  await eventually(async () => (await incoming()).length === 0); // the last part may have come after the client left
  expect(await stored()).toEqual([]);
  expect(await counted()).toMatchObject({ mediaFiles: 0, mediaBytes: 0 });
}

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: string | Uint8Array;
}

const metadata = (title: string): Part => ({ name: "metadata", content: JSON.stringify({ title }) });
const content = (notes: unknown = line("a")): Part => ({ name: "content", content: JSON.stringify(notes) });
const mediaFile = (bytes: Uint8Array = sound(), filename = "a.mp3"): Part => ({
  ...{ name: "mediaFile", filename, type: "audio/mpeg", content: bytes },
});

function partBytes({ name, filename, type, content: body }: Part): Buffer {
  const file = filename === undefined ? "" : `; filename="${filename}"`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${type === undefined ? "" : `Content-Type: ${type}\r\n`}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body as Uint8Array), Buffer.from("\r\n")]);
}

const end = Buffer.from(`--${boundary}--\r\n`);
const bodyOf = (...parts: Part[]) => Buffer.concat([...parts.map(partBytes), end]);

const post = (body: Uint8Array, type = `multipart/form-data; boundary=${boundary}`) =>
  client.send("POST", "/home/upload", { body: new Uint8Array(body), headers: { "content-type": type } });

/** A connection that has sent the headers of an upload. */
function openUpload(length: number, cookies = client.cookies): Socket {
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1").on("error", () => undefined);
  const lines = [
    "POST /home/upload HTTP/1.1",
    "Host: localhost",
    `Origin: ${clientOrigin}`,
    `X-Forwarded-For: ${someAddress()}`,
    `Cookie: ${[...cookies].map((pair) => pair.join("=")).join("; ")}`,
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${length}`,
    "Connection: close",
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** Numbers that are the same in every run. */
function seeded(start: number): (below: number) => number {
  let seed = BigInt(start);
  return (below) => {
    seed = (seed * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number(seed >> 33n) % below;
  };
}

describe("a form", () => {
  beforeAll(newPerson);

  test("FAC-14 is taken with its parts in every order", async () => {
    const parts = [mediaFile(), content(), metadata("T")];
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const [index, order] of orders.entries()) {
      const ordered = order
        .map((at) => parts[at]!)
        .map((part) => (part.name === "metadata" ? metadata(`T${index}`) : part));
      expect((await post(bodyOf(...ordered))).status).toBe(200);
      expect((await client.open(`T${index}`)).json<{ metadata: Metadata }>().metadata.mimetype).toBe(
        "audio/mpeg",
      );
    }
    expect(await stored()).toHaveLength(1); // the same bytes
    expect(await incoming()).toEqual([]);
  });

  test("FAC-14 holds notes of 1 MiB, and changes nothing with one byte more", async () => {
    const notesOf = (bytes: number) => {
      const empty = JSON.stringify(line("")).length;
      return line("a".repeat(bytes - empty));
    };
    expect((await client.save("T", { notes: notesOf(maxNotesBytes) })).status).toBe(200);
    expect((await client.save("T", { notes: notesOf(maxNotesBytes + 1) })).status).toBe(400);
    const opened = (await client.open("T")).json<{ content: string }>();
    expect(opened.content).toHaveLength(maxNotesBytes);
  });

  test.each(["null", "undefined", "", "[object Object]"])(
    "FAC-14 has no file if that is the text %j",
    async (text) => {
      const title = `Without ${JSON.stringify(text)}`;
      expect((await client.save(title, { mediaFile: text })).status).toBe(200);
      expect((await client.open(title)).json<{ metadata: Metadata }>().metadata.mimetype).toBeUndefined();
    },
  );

  test("FAC-14 changes nothing of a project if its file is refused", async () => {
    await client.save("Refused");
    const page = { bytes: Buffer.from("<!doctype html><script>") };
    expect((await client.save("Refused", { notes: line("b"), mediaFile: page })).status).toBe(415);
    expect(JSON.parse((await client.open("Refused")).json<{ content: string }>().content)).toEqual(line("a"));
    expect((await client.save("Refused", { notes: line("b"), mediaFile: { bytes: sound() } })).status).toBe(
      200,
    );
    expect((await client.open("Refused")).json<{ metadata: Metadata }>().metadata.mimetype).toBe(
      "audio/mpeg",
    );
  });

  async function mediaNames(): Promise<string[]> {
    const { accessToken } = (await signIn(app, email)).body;
    const { items } = (await send(app, "GET", "/media", { headers: bearer(accessToken) })).body;
    return items.map((item) => item.name);
  }

  test.each([
    ["Vorlesung ä 漢字.mp3", "Vorlesung ä 漢字.mp3"],
    ["blob", "T 1/2"],
    ["", "T 1/2"],
    ["a%22b.mp3", 'a"b.mp3'],
    ["\u202egpj.mp3", "T 1/2"],
  ])("FAC-15 a file named %j is %j on our pages", async (name, shown) => {
    // Without a name this type alone makes it a file.
    const file = { ...mediaFile(sound(), name), ...(name === "" && { type: "application/octet-stream" }) };
    await client.remove("T 1/2"); // a title with media keeps that
    const before = await mediaNames();
    expect((await post(bodyOf(file, content(), metadata("T 1/2")))).status).toBe(200);
    expect(await mediaNames()).toEqual([shown, ...before]);
  });

  test("FAC-15 a recording that is labelled as another type is served as what it is", async () => {
    const bytes = recording("webm", 2);
    await client.save("Recorded", { mediaFile: { bytes, name: "blob", label: "audio/ogg" } });
    const opened = (await client.open("Recorded")).json<{ metadata: Metadata }>().metadata;
    expect(opened).toMatchObject({
      type: "audio",
      mimetype: "audio/webm",
      src: `${app.siteOrigin}/home/stream-audio/Recorded`,
    });
    const answer = await client.media("Recorded");
    expect([answer.headers.get("content-type"), answer.bytes.equals(bytes)]).toEqual(["audio/webm", true]);
  });
});

describe("a form that is refused", () => {
  beforeAll(newPerson);

  test.each<[fact: string, parts: Part[]]>([
    ["no metadata", [content()]],
    ["no content", [metadata("T")]],
    ["metadata that is no JSON", [content(), { name: "metadata", content: "{" }]],
    ["metadata null", [content(), { name: "metadata", content: "null" }]],
    ["metadata that is an array", [content(), { name: "metadata", content: "[]" }]],
    [
      "metadata 5,000 deep",
      [content(), { name: "metadata", content: "[".repeat(5_000) + "]".repeat(5_000) }],
    ],
    ["a title that is no text", [content(), { name: "metadata", content: '{"title":1}' }]],
    ["an empty title", [content(), metadata(" ")]],
    ["a title of 201 characters", [content(), metadata("\u{1f44d}".repeat(201))]],
    ["content that is no JSON", [metadata("T"), { name: "content", content: "[" }]],
    ["content that is no list", [metadata("T"), content({})]],
    ["content that is a list of texts", [metadata("T"), content(["a"])]],
    [
      "content 5,000 deep",
      [metadata("T"), { name: "content", content: `${'[{"a":'.repeat(5_000)}1${"}]".repeat(5_000)}` }],
    ],
    ["content with a key", [metadata("T"), { name: "content[a]", content: "[]" }]],
    ["content twice", [metadata("T"), content(), content()]],
    ["content as a file", [metadata("T"), { ...content(), filename: "a.json" }]],
    ["a file without a name", [{ ...mediaFile(), filename: "" }, content(), metadata("T")]],
    ["two files", [mediaFile(), mediaFile(), content(), metadata("T")]],
    ["a file of another name", [{ ...mediaFile(), name: "other" }, content(), metadata("T")]],
    [
      "a file of no known type",
      [mediaFile(Buffer.from("<!doctype html><script>")), content(), metadata("T")],
    ],
  ])("FAC-13 FAC-14 with %s is refused and leaves nothing", async (fact, parts) => {
    const withFile = parts.some(({ name }) => name === "mediaFile") ? parts : [mediaFile(), ...parts];
    const answer = await post(bodyOf(...withFile));
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      fact === "a file of no known type" ? 415 : 400,
      "text/plain; charset=utf-8",
    ]);
    expect(await titles()).toEqual([]);
    await expectNothingLeft();
  });

  test("FAC-14 that is none is refused", async () => {
    expect((await post(bodyOf(content(), metadata("T")), "multipart/form-data")).status).toBe(400);
    expect((await post(Buffer.from("{}"), "application/json")).status).toBe(400);
    expect((await post(Buffer.from("a"), "multipart/form-data; boundary=b")).status).toBe(400);
    expect((await client.send("POST", "/home/upload")).status).toBe(400);
  });

  test("FAC-07 beyond the quota is refused and leaves nothing", async () => {
    await rawMysql(app.pool).setUsage(accountId, { mediaBytes: mediaQuota.maxBytes });
    const answer = await client.save("T", { mediaFile: { bytes: sound() } });
    expect([answer.status, answer.text]).toEqual([409, "The account's quota is full"]);
    await rawMysql(app.pool).setUsage(accountId, { mediaBytes: 0 });
    await expectNothingLeft();
  });

  test("FAC-07 without a session, or too large by its length, is refused before a byte of it is read", async () => {
    for (const [cookies, length, status] of [
      [new Map<string, string>(), 1_000_000, 401],
      [client.cookies, maxMediaBytes + 4 * 2 ** 20, 413],
    ] as const)
      expect(await statusOf(openUpload(length, cookies))).toBe(status);
    await expectNothingLeft();
  });
});

describe("FAC-07 of clients that leave", () => {
  beforeAll(newPerson);

  const manyParts = 30_000; // frames of two parts of S3, and a half
  const stages: Record<string, [clients: number, frames: number, sent: (fileBytes: number) => number]> = {
    "before the file": [60, 100, () => 0],
    "in the file": [60, 100, (fileBytes) => fileBytes / 2],
    "in a large file": [5, manyParts, (fileBytes) => fileBytes - 1_000_000],
    "between file and metadata": [60, 100, (fileBytes) => fileBytes + 20],
    "between a large file and metadata": [5, manyParts, (fileBytes) => fileBytes + 20],
  };

  test.each(Object.keys(stages))("%s nothing is left", async (stage) => {
    const [count, frames, sentOf] = stages[stage]!;
    const file = mediaFile(mpegFrames(frames));
    const whole = bodyOf(file, content(), metadata("T"));
    const begun = whole.subarray(0, sentOf(partBytes(file).length));
    for (let clients = 0; clients < count; clients += 5) {
      const sockets = Array.from({ length: 5 }, () => openUpload(whole.length));
      await Promise.all(sockets.map((socket) => new Promise((sent) => socket.write(begun, sent))));
      await sleep(50);
      for (const socket of sockets) socket.destroy();
      await eventually(async () => (await app.places())["facade_uploads"] === 0);
    }
    await expectNothingLeft();
    expect(app.logLines.filter((logged) => logged.includes('"bug"'))).toEqual([]);
  });

  test("after it the project is saved or nothing is left", async () => {
    for (let clients = 0; clients < 20; clients += 5) {
      const sockets = Array.from({ length: 5 }, (_, index) => {
        const body = bodyOf(mediaFile(), content(), metadata(`T${clients + index}`));
        const socket = openUpload(body.length);
        socket.write(body);
        return socket;
      });
      await sleep(randomInt(60));
      for (const socket of sockets) socket.destroy();
      await eventually(
        async () => (await app.places())["facade_uploads"] === 0 && (await app.places())["media"] === 0,
      );
    }
    // A busy server may begin with what was sent after its client has left. What no project took is discarded after its
    // place is free: the row, then the object.
    await eventually(async () => {
      const saved = (await titles()).length;
      const { projects, mediaFiles } = await counted();
      const isWhole = projects === saved && mediaFiles === saved && (await stored()).length === saved;
      return isWhole && (await app.bucket.unfinishedUploads()) === 0;
    });
  });
});

test("FAC-13 no request ends the process: of 400 seeded ones none is answered with 5xx", async () => {
  await newPerson();
  const next = seeded(20_240_522);
  const one = <Item>(items: readonly Item[]) => items[next(items.length)]!;
  const routes = Object.keys(notestampRoutes).map((path) => path.replace(/\/:title$/, ""));
  const ends = [
    "",
    "/",
    "/T",
    "?name=T",
    "?name=",
    "?name[]=T",
    "/%00",
    "/%E0%A4%A",
    "/%F0%9F%91%8D",
    "?name=%",
    "/a/b",
  ];
  const types = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "a/b;c",
  ];
  const bodies = [
    "{",
    "null",
    "[]",
    '{"username":1}',
    "username=a&username=b",
    "a".repeat(70_000),
    "--x\r\n\r\n",
  ];
  const request = async () => {
    const method = one(["GET", "POST", "DELETE", "PUT", "OPTIONS", "HEAD"]);
    const body = ["POST", "DELETE", "PUT"].includes(method) ? { body: one(bodies) } : {};
    const headers: Record<string, string> = {
      "content-type": one(types),
      range: one(["bytes=0-", "bytes=-0", "x"]),
    };
    if (next(3) === 0) headers["origin"] = one(["null", "http://evil.example"]);
    const path = one(routes) + one(ends);
    // It is not about signing out.
    const sender = /signout|remove/.test(path) || next(2) === 0 ? notestampClient(app) : client;
    const { status } = await sender.send(method, path, { headers, ...body });
    return `${method} ${path} ${status}`;
  };
  const answers: string[] = [];
  for (let round = 0; round < 50; round += 1)
    answers.push(...(await Promise.all(Array.from({ length: 8 }, request))));
  expect(answers.filter((answer) => / 5\d\d$/.test(answer))).toEqual([]);
  expect(app.logLines.filter((logged) => logged.includes('"bug"'))).toEqual([]);
});

test("FAC-13 no form ends the process: of 500 seeded ones with hang-ups none is answered with 5xx", async () => {
  await newPerson();
  const next = seeded(20_240_721);
  const good = bodyOf(mediaFile(), content(), metadata("T"));
  const statuses: number[] = [];
  const forms = Array.from({ length: 500 }, () => {
    const body = Buffer.from(good);
    for (let change = next(6); change > 0; change -= 1) body[next(body.length)] = next(256);
    const length = body.length + [0, 0, 0, 300, -300][next(5)]!;
    const begun = body.subarray(0, next(4) === 0 ? next(body.length) : body.length);
    return { length, begun, hangsUpMs: next(3) === 0 ? next(20) : undefined };
  });
  const sendForms = async () => {
    for (let form = forms.pop(); form; form = forms.pop()) {
      const { length, begun, hangsUpMs } = form;
      const socket = openUpload(length);
      socket.write(begun);
      if (hangsUpMs === undefined) socket.end();
      else setTimeout(() => socket.destroy(), hangsUpMs);
      statuses.push(await statusOf(socket));
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 4 }, sendForms));
  expect(statuses).toHaveLength(500);
  expect([...new Set(statuses)].filter((status) => status >= 500 && status !== 503)).toEqual([]);
  expect(app.logLines.filter((logged) => logged.includes('"bug"'))).toEqual([]);
  await eventually(async () => (await app.places())["facade_uploads"] === 0);
  expect((await client.save("after", { mediaFile: { bytes: sound() } })).status).toBe(200);
});

describe("media", () => {
  const bytes = mpegFrames(5_000); // of more than one part of those that are read at a time
  const size = bytes.length;
  let tag: string;

  beforeAll(async () => {
    await newPerson();
    await client.save("T", { mediaFile: { bytes } });
    tag = (await client.media("T", {}, "HEAD")).headers.get("etag")!;
  });

  test("FAC-10 is sent whole, with headers by which a page that is opened from it runs nothing", async () => {
    const { status, headers, bytes: sent } = await client.media("T");
    expect([status, sent.equals(bytes)]).toEqual([200, true]);
    const facts = {
      "accept-ranges": "bytes",
      "content-disposition": "attachment",
      "content-length": String(size),
      "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      "content-type": "audio/mpeg",
      "cross-origin-resource-policy": "same-site",
      "x-content-type-options": "nosniff",
    };
    expect(Object.fromEntries(headers)).toMatchObject(facts);
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/);
    const head = await client.media("T", {}, "HEAD");
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(Object.fromEntries(head.headers)).toMatchObject(facts);
    const other = await client.send("GET", "/home/media-file/T", { headers: { range: "bytes=0-1" } });
    expect(other.status).toBe(206);
  });

  test("FAC-10 is sent in parts", async () => {
    for (const [range, first, last] of [
      ["bytes=0-1", 0, 1],
      ["bytes=0-0", 0, 0],
      ["bytes=0-", 0, size - 1],
      ["bytes=-500", size - 500, size - 1],
      ["bytes=0-99999999", 0, size - 1],
      [`bytes=${2 ** 20 - 1}-${2 ** 20 + 1}`, 2 ** 20 - 1, 2 ** 20 + 1],
    ] as const) {
      const answer = await client.media("T", { range });
      expect([range, answer.status, answer.headers.get("content-range")]).toEqual([
        range,
        206,
        `bytes ${first}-${last}/${size}`,
      ]);
      expect(answer.headers.get("content-length")).toBe(String(last - first + 1));
      expect(answer.bytes.equals(bytes.subarray(first, last + 1))).toBe(true);
    }
    for (const range of ["bytes=5-2", "items=0-1", "bytes=0-1,5-6", `bytes=${"0-0,".repeat(999)}0-0`]) {
      const { status, bytes: sent } = await client.media("T", { range });
      expect([status, sent.length]).toEqual([200, size]);
    }
    const behind = await client.media("T", { range: `bytes=${size}-` });
    expect([behind.status, behind.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
  });

  test("FAC-10 is sent whole if it is no longer what the first part was of", async () => {
    const range = "bytes=0-1";
    expect((await client.media("T", { range, "if-range": tag })).status).toBe(206);
    await client.remove("T");
    await client.save("T", { mediaFile: { bytes: sound() } });
    const { status, headers } = await client.media("T", { range, "if-range": tag });
    expect([status, headers.get("etag") === tag]).toEqual([200, false]);
    expect((await client.media("T", { range, "if-range": new Date().toUTCString() })).status).toBe(200);
  });

  test("FAC-10 that is missing from the bucket is 404, and frees its place; so does a client that leaves", async () => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    const cookie = [...client.cookies].map((pair) => pair.join("=")).join("; ");
    socket.write(`GET /home/stream-audio/T HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
    expect(await statusOf(socket)).toBe(200);
    socket.destroy();
    await eventually(async () => (await app.places())["facade_files"] === 0);
    for (const Key of await stored())
      await app.s3.send(new DeleteObjectCommand({ Bucket: app.config.storage.bucket, Key }));
    const { status, headers } = await client.media("T");
    expect([status, headers.get("content-type"), headers.get("etag")]).toEqual([
      404,
      "text/plain; charset=utf-8",
      null,
    ]);
    expect((await client.open("T")).status).toBe(200);
    expect(await app.places()).toMatchObject(nothingTaken);
  });
});

test("FAC-07 five large files at once take little memory, and so does sending one", async () => {
  const server = await startProcess(app);
  const bytes = mpegFrames(50_000);
  const peakOf = () =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1024;
  const people = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const person = notestampClient(server);
      await person.join();
      await person.save("small", { mediaFile: { bytes: sound() } });
      await person.media("small");
      return person;
    }),
  );
  const before = peakOf();
  const answers = await Promise.all(people.map((person) => person.save("T", { mediaFile: { bytes } })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const sent = await Promise.all(people.map((person) => person.media("T")));
  expect(sent.map((answer) => answer.bytes.length)).toEqual(people.map(() => bytes.length));
  const taken = peakOf() - before;
  await server.close();
  expect(taken).toBeLessThan(64);
});
