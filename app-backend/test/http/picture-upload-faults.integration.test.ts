import { request } from "node:http";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import sharp from "sharp";
import { openIntegrity } from "../../src/compose/ec2-jobs.ts";
import { startApp, type TestApp } from "../app.ts";
import { type Answer, member, newEmail, signIn } from "../client.ts";
import { eventually } from "../eventually.ts";
import { onePixelPng } from "../images.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { announcePicture, changePictureBy, put, registerBy, sendPicture } from "../uploads.ts";

jest.setTimeout(180_000);

let app: TestApp;
let database: Awaited<ReturnType<typeof tcpProxy>>;
let ids = Number.NaN; // counted from the start of a request
let pauseAt = Number.NaN;

beforeAll(async () => {
  database = await tcpProxy(Number(process.env["MYSQL_PORT"]));
  const newId = () => {
    if ((ids += 1) === pauseAt) database.pause();
    return randomUUID();
  };
  app = await startApp({ newId, route: (config) => ({ ...config, port: database.port }) });
});
afterAll(async () => {
  database.resume();
  await app.close();
  database.close();
});

const refusal = (status: number, code: string) => ({ status, body: { code } });
const keyOf = ({ body }: Answer) => /incoming\/[^?]+/.exec(body.upload.url)![0];

/** A PUT of which half has arrived. */
async function halfSent({ body }: Answer, image: Uint8Array) {
  const { url, headers } = body.upload;
  const sending = request(url, { method: "PUT", headers: { ...headers, "content-length": image.length } });
  const response = once(sending, "response").then(([{ statusCode }]) => statusCode as number);
  const half = Math.floor(image.length / 2);
  sending.write(image.subarray(0, half));
  await sleep(300);
  return () => {
    sending.end(image.subarray(half));
    return response;
  };
}

test("UPL-33 a token that is used before its picture has arrived does not wait for it, and what arrives later is not stored", async () => {
  const announced = await announcePicture(app, onePixelPng);
  const finish = await halfSent(announced, onePixelPng);
  const startedAt = performance.now();
  const answer = await registerBy(app, announced.body.upload.token);
  expect(answer).toMatchObject(refusal(409, "not_uploaded"));
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(await finish()).toBe(412);
  expect(await app.bucket.keys()).not.toContain(keyOf(announced));
});

test("UPL-07 the URL of an upload neither shows nor removes what was sent", async () => {
  const announced = await announcePicture(app, onePixelPng);
  await put(announced, onePixelPng);
  const { url, headers, token } = announced.body.upload;
  for (const method of ["GET", "DELETE", "HEAD"])
    expect((await fetch(url, { method, headers })).status).toBe(403);
  expect((await fetch(new URL(url).origin + new URL(url).pathname)).status).toBe(403);
  expect((await registerBy(app, token)).status).toBe(201);
});

test("UPL-31 a token in another encoding is the same token", async () => {
  const token = await sendPicture(app, onePixelPng);
  const last = token.at(-1)!;
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const [start, group] = [token.slice(0, -1), digits.indexOf(last) & ~3]; // the last two bits mean nothing
  const spellings = [0, 1, 2, 3].map((bits) => `${start}${digits[group + bits]}`);
  const answers = await Promise.all(
    [...spellings, `${token}=`, `${token}==`].map((text) => registerBy(app, text)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === "upload_ended")).toHaveLength(5);
});

test.each([
  ["before the use is claimed", 1], // the id of the request
  ["between picture and record", 3], // account, picture
])("AUTH-06, UPL-34 the database dies %s: a page that goes on gets its account, whole", async (_when, at) => {
  const email = newEmail();
  let upload = await sendPicture(app, onePixelPng);
  [ids, pauseAt] = [0, at];
  expect((await registerBy(app, upload, { email })).status).toBe(503);
  [ids, pauseAt] = [Number.NaN, Number.NaN];
  database.resume();
  await eventually(async () => {
    const { status, body } = await registerBy(app, upload, { email });
    if (body.code === "upload_ended") upload = await sendPicture(app, onePixelPng);
    return status === 201 || body.code === "email_taken"; // the database had the statement, and was late
  });
  expect((await signIn(app, email)).status).toBe(200);
  const { inspect, close } = openIntegrity(app.config, () => new Date(Date.now() + 2 * 3_600_000));
  expect(await inspect(true)).toMatchObject({ missing: [], left: [] });
  await close();
});

test("USE-04, UPL-33 a client that leaves while its upload is processed gets no account, and its URL is closed", async () => {
  const image = await sharp({ create: { width: 6000, height: 5000, channels: 3, background: "#31506b" } })
    .webp({ effort: 0, quality: 50 })
    .toBuffer();
  const announced = await announcePicture(app, image, { contentType: "image/webp" });
  await put(announced, image);
  const email = newEmail();
  const client = new AbortController();
  const body = JSON.stringify({
    email,
    password: "correct horse battery",
    upload: announced.body.upload.token,
  });
  const headers = { "content-type": "application/json" };
  const sent = fetch(`${app.url}/api/auth/register`, {
    method: "POST",
    headers,
    body,
    signal: client.signal,
  });
  await eventually(async () => (await app.places())["images"]! > 0);
  client.abort();
  await expect(sent).rejects.toThrow();
  await eventually(async () => Object.values(await app.places()).every((taken) => taken === 0));
  await eventually(async () => !(await app.bucket.keys()).includes(keyOf(announced)));
  const [rows] = await app.pool.query("SELECT id FROM accounts WHERE email = ?", [email]);
  expect(rows).toEqual([]);
  expect(await put(announced, image)).toBe(412);
});

test("two tabs that replace one picture at once leave one", async () => {
  const { accessToken, account } = (await member(app)).body;
  for (let round = 0; round < 5; round += 1) {
    const uploads = [
      await sendPicture(app, onePixelPng, { accessToken }),
      await sendPicture(app, onePixelPng, { accessToken }),
    ];
    const answers = await Promise.all(uploads.map((upload) => changePictureBy(app, accessToken, upload)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  }
  expect((await app.bucket.keys()).filter((key) => key.includes(account.id))).toHaveLength(1);
});
