import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import sharp from "sharp";
import { startApp, type TestApp } from "../app.ts";
import { bearer, member, newEmail, register, send, signIn } from "../client.ts";
import { eventually } from "../eventually.ts";
import { onePixelPng } from "../images.ts";
import { formBody, openForm, statusOf } from "../raw-forms.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { addImage, announce, complete, put } from "../uploads.ts";

jest.setTimeout(300_000);

// A small file that takes seconds to decode and encode.
const expensive = sharp({ create: { width: 6000, height: 5000, channels: 3, background: "#31506b" } })
  .webp({ effort: 0, quality: 50 })
  .toBuffer();

let bucket: Awaited<ReturnType<typeof tcpProxy>>;
let app: TestApp;
let ids = Number.NaN; // counted from the start of a request
let shutAt = 4; // request, upload, account, picture of a registration: from then on the bucket does not answer

const { TMPDIR } = process.env;
const temporary = mkdtempSync(join(tmpdir(), "tintype-test-"));

beforeAll(async () => {
  bucket = await tcpProxy(Number(new URL(process.env["AWS_ENDPOINT_URL_S3"] ?? "http://localhost:1").port));
  const newId = () => {
    if ((ids += 1) === shutAt) bucket.pause();
    return randomUUID();
  };
  process.env["TMPDIR"] = temporary;
  app = await startApp({ newId, bucketPort: bucket.port });
});
afterEach(() => {
  ids = Number.NaN;
  shutAt = 4;
  bucket.resume();
});
afterAll(async () => {
  await app.close();
  bucket.close();
  rmSync(temporary, { recursive: true });
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
});

const free = async () => Object.values(await app.places()).every((taken) => taken === 0);

async function accountOf(email: string): Promise<RowDataPacket[]> {
  const [rows] = await app.pool.query<RowDataPacket[]>("SELECT id FROM accounts WHERE email = ?", [email]);
  return rows;
}

/** The status of each request to a route in the log and in the metrics. */
async function statuses(route: string) {
  const lines = app.logLines.map((line) => JSON.parse(line)).filter((line) => line.route === `/api${route}`);
  const counted = (await app.metrics()).split("\n").filter((line) => line.includes(`route="/api${route}"`));
  const classes = counted.flatMap((line) => /seconds_count\{.*status="(\w+)"/.exec(line)?.[1] ?? []);
  return { logged: lines.map(({ status }) => status), classes };
}

describe("USE-04 a registration", () => {
  test("that is past its deadline is 503 in time, and leaves no account once the bucket answers again", async () => {
    const newId = () => {
      if ((ids += 1) === 4) bucket.pause();
      return randomUUID();
    };
    const hasty = await startApp({ newId, bucketPort: bucket.port, deadlineMs: 4_000 }); // shorter than the SDK's timeout
    try {
      const email = newEmail();
      ids = 0;
      const startedAt = performance.now();
      const answer = await register(hasty, { email });
      expect(performance.now() - startedAt).toBeLessThan(20_000); // removing what was stored is not awaited
      expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
      expect(answer.headers.get("retry-after")).toBe("5");
      bucket.resume();
      await sleep(500);
      const [rows] = await hasty.pool.query("SELECT id FROM accounts");
      expect(rows).toEqual([]);
    } finally {
      bucket.resume();
      await hasty.close();
    }
  });

  test.each([
    ["while its picture is stored", async () => onePixelPng, () => (ids = 0)],
    ["while its picture is processed", () => expensive, () => undefined],
  ])(
    "whose client leaves %s leaves no account and no picture, and is not counted as a success",
    async (_when, image, begin) => {
      const before = (await statuses("/auth/register")).logged;
      const email = newEmail();
      const body = formBody(await image(), email);
      begin();
      const socket = openForm(app.url, { length: body.length });
      socket.write(body);
      await eventually(async () => ids >= 4 || (Number.isNaN(ids) && (await app.places())["images"]! > 0));
      socket.destroy();
      await sleep(200);
      bucket.resume();
      await expectNothingOf(email);
      expect((await statuses("/auth/register")).logged.slice(before.length)).toEqual([499]);
    },
  );

  async function expectNothingOf(email: string): Promise<void> {
    const known = new Set((await accounts()).map(({ picture_key: key }) => key));
    await eventually(free);
    await sleep(500);
    expect(await accountOf(email)).toEqual([]);
    await eventually(async () => (await app.bucket.keys()).every((key) => known.has(key)));
  }

  async function accounts(): Promise<RowDataPacket[]> {
    return (await app.pool.query<RowDataPacket[]>("SELECT picture_key FROM accounts"))[0];
  }
});

describe("USE-04 a new picture of an account", () => {
  test("whose client leaves changes nothing", async () => {
    const { accessToken, account } = (await member(app)).body;
    const body = new FormData();
    body.set("image", new Blob([new Uint8Array(await expensive)], { type: "image/webp" }), "a.webp");
    const client = new AbortController();
    const sent = send(app, "PUT", "/account/image", {
      body,
      headers: bearer(accessToken),
      signal: client.signal,
    });
    await eventually(async () => (await app.places())["images"]! > 0);
    client.abort();
    await expect(sent).rejects.toThrow();
    await eventually(free);
    await sleep(1_000); // work that goes on without a slot would show by then
    const now = (await send(app, "GET", "/account", { headers: bearer(accessToken) })).body.account;
    expect(new URL(now.imageUrl).pathname).toBe(new URL(account.imageUrl).pathname);
    expect(await statuses("/account/image")).toEqual({ logged: [499], classes: ["4xx"] });
  });

  test("that is removed at the same time leaves no object of it", async () => {
    const { accessToken, account } = (await member(app)).body;
    const body = new FormData();
    body.set("image", new Blob([new Uint8Array(onePixelPng)], { type: "image/png" }), "a.png");
    [ids, shutAt] = [0, 3]; // request, upload, picture
    const sent = send(app, "PUT", "/account/image", { body, headers: bearer(accessToken) });
    await eventually(() => ids >= 3);
    await app.pool.query("DELETE FROM accounts WHERE id = ?", [account.id]);
    bucket.resume();
    expect((await sent).status).toBe(401);
    const own = `pictures/${account.id}/`;
    const left = (await app.bucket.keys()).filter((key) => key.startsWith(own));
    expect(left).toEqual([new URL(account.imageUrl).pathname.slice(`/${app.bucket.config.bucket}/`.length)]);
  });
});

describe("USE-04 the completion of an image", () => {
  test("whose client leaves publishes nothing, is not counted as a success, and can be made again", async () => {
    const { accessToken } = (await member(app)).body;
    const announced = await announce(app, accessToken, onePixelPng);
    await put(announced, onePixelPng);
    const { id } = announced.body.image;
    bucket.pause();
    const client = new AbortController();
    const sent = send(app, "POST", `/images/${id}/complete`, {
      headers: bearer(accessToken),
      signal: client.signal,
    });
    await eventually(async () => (await app.places())["completions"]! > 0);
    client.abort();
    await expect(sent).rejects.toThrow();
    await sleep(200);
    bucket.resume();
    await eventually(free);
    const shown = await send(app, "GET", `/images/${id}`, { headers: bearer(accessToken) });
    expect(shown.status).toBe(404);
    expect(await statuses("/images/:id/complete")).toEqual({ logged: [499], classes: ["4xx"] });
    expect((await complete(app, accessToken, id)).status).toBe(200);
  });
});

describe("USE-03 five expensive pictures at once from one address", () => {
  test("do not keep another person from registering", async () => {
    const generous = await startApp();
    try {
      const body = formBody(await expensive);
      const address = "203.0.113.7";
      let answered = 0;
      const crowd = Array.from({ length: 5 }, async () => {
        const socket = openForm(generous.url, { length: body.length, address });
        socket.write(formBody(await expensive));
        const status = await statusOf(socket);
        answered += 1;
        return status;
      });
      await eventually(async () => (await generous.places())["images"]! === 5);
      const email = newEmail();
      expect((await register(generous, { email })).status).toBe(201);
      expect((await signIn(generous, email)).status).toBe(200);
      expect(answered).toBeLessThan(3);
      expect(await Promise.all(crowd)).not.toContain(500);
    } finally {
      await generous.close();
    }
  });
});

test("a processed picture leaves no temporary file, whether it was used or not", async () => {
  await eventually(free);
  expect((await register(app)).status).toBe(201);
  const { accessToken } = (await member(app)).body;
  await addImage(app, accessToken);
  expect(readdirSync(temporary)).toEqual([]);
});
