import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import sharp from "sharp";
import { startApp, type TestApp } from "../app.ts";
import { bearer, getAccount, member, newEmail, register, send, signIn, someAddress } from "../client.ts";
import { accepted, picture, refused } from "../images.ts";
import { announce, announcePicture, changePictureBy, put, registerBy, sendPicture } from "../uploads.ts";

let app: TestApp;
let aheadMs = 0;
beforeAll(async () => {
  app = await startApp({ clock: () => new Date(Date.now() + aheadMs) });
});
afterAll(() => app.close());
beforeEach(() => {
  aheadMs = 0;
});

const png = accepted["image/png"]!;
const refusal = (status: number, code: string) => ({ status, body: { code } });
const ended = refusal(409, "upload_ended");
const limited = refusal(429, "too_many_requests");

function statementOf(token: string): { key: string } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

/** The rows of each table. */
async function rows(): Promise<Record<string, number>> {
  const [tables] = await app.pool.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  const counted = tables.map(async ({ name }) => {
    const [[row]] = await app.pool.query<RowDataPacket[]>("SELECT COUNT(*) AS count FROM ??", [name]);
    return [name, Number(row?.["count"])] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}

async function emails(): Promise<string[]> {
  const [found] = await app.pool.query<RowDataPacket[]>("SELECT email FROM accounts");
  return found.map(({ email }) => email);
}

const pathOf = (imageUrl: string) => new URL(imageUrl).pathname;
/** Uploads in the bucket that are not closed. */
const open = async () => (await app.bucket.keys()).filter((key) => key.startsWith("incoming/"));

describe("registering by an upload", () => {
  test.each(Object.entries(accepted))("UPL-30 makes an account of %s", async (contentType, image) => {
    const email = newEmail();
    const upload = await sendPicture(app, image, { contentType });
    const answer = await registerBy(app, upload, { email });
    expect(answer.status).toBe(201);
    expect(answer.body.account).toMatchObject({ email, confirmed: false });
    const key = decodeURIComponent(pathOf(answer.body.account.imageUrl)).replace(
      `/${app.bucket.config.bucket}/`,
      "",
    );
    expect(key).toMatch(/^pictures\/[0-9a-f-]{36}\/[0-9a-f-]{36}\/[0-9a-f]{64}\.(png|jpg|gif|webp|avif)$/);
    const object = await app.s3.send(new GetObjectCommand({ Bucket: app.bucket.config.bucket, Key: key }));
    expect(object.ContentType).toBe(contentType);
    expect((await signIn(app, email)).status).toBe(200);
    expect(await open()).toEqual([]);
  });

  test("UPL-30, UPL-11 stores it re-encoded: upright and without metadata", async () => {
    const tagged = await picture(64, 48)
      .jpeg()
      .withExif({ IFD0: { Copyright: "Ada" } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const upload = await sendPicture(app, tagged, { contentType: "image/jpeg" });
    const { account } = (await registerBy(app, upload)).body;
    const shown = sharp(Buffer.from(await (await fetch(account.imageUrl)).arrayBuffer()));
    const { width, height, exif, orientation } = await shown.metadata();
    expect({ width, height, exif, orientation }).toMatchObject({ width: 48, height: 64 });
    expect([exif, orientation]).toEqual([undefined, undefined]);
  });

  test.each(Object.entries(refused))("UPL-01 of %s is 415, and leaves nothing", async (_name, file) => {
    const email = newEmail();
    const upload = await sendPicture(app, file);
    const answer = await registerBy(app, upload, { email });
    expect(answer).toMatchObject(refusal(415, "unsupported_image"));
    expect(answer.body.errors?.[0]?.field).toBe("image");
    expect(await emails()).not.toContain(email);
    expect(await open()).toEqual([]);
  });

  test.each([
    [{ contentType: "image/svg+xml" }, 415, "unsupported_image"],
    [{ contentType: "image/png; a=b" }, 415, "unsupported_image"],
    [{ bytes: 10 * 2 ** 20 + 1 }, 413, "image_too_large"],
    [{ bytes: 0 }, 422, "invalid_input"],
    [{ bytes: -1 }, 422, "invalid_input"],
    [{ bytes: 1.5 }, 400, "malformed_request"],
  ])("UPL-19 of %j is refused before it is sent, for both purposes", async (sent, status, code) => {
    const { accessToken } = (await member(app)).body;
    for (const as of [{}, { accessToken }]) {
      const answer = await announcePicture(app, png, { ...sent, ...as });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
  });

  test("UPL-07 S3 refuses a byte more or less, another key and another type", async () => {
    const announced = await announcePicture(app, png);
    for (const file of [Buffer.concat([png, Buffer.from("x")]), png.subarray(1), Buffer.alloc(0)])
      expect(await put(announced, file)).toBe(403);
    const { url, ...rest } = announced.body.upload;
    const elsewhere = { ...rest, url: url.replace(/incoming\/[^?]+/, "pictures/mine") };
    expect(await put({ ...announced, body: { ...announced.body, upload: elsewhere } }, png)).toBe(403);
    expect(await put(announced, png, { "content-type": "text/html" })).toBe(403);
    expect(await registerBy(app, rest.token)).toMatchObject(refusal(409, "not_uploaded"));
  });

  test("takes a picture of exactly 10 MiB", async () => {
    const image = Buffer.alloc(10 * 2 ** 20);
    png.copy(image);
    expect((await registerBy(app, await sendPicture(app, image))).status).toBe(201);
  });

  test("is refused from another origin, announced or used", async () => {
    const headers = { origin: "http://evil.example" };
    expect(await announcePicture(app, png, { headers })).toMatchObject(refusal(403, "bad_origin"));
    const upload = await sendPicture(app, png);
    expect(await registerBy(app, upload, {}, headers)).toMatchObject(refusal(403, "bad_origin"));
    expect((await registerBy(app, upload)).status).toBe(201);
  });
});

describe("a token", () => {
  test("UPL-31 makes one account of any number of parallel uses, and none later", async () => {
    for (let round = 0; round < 5; round += 1) {
      const before = await emails();
      const pictures = (await app.bucket.keys()).length;
      const upload = await sendPicture(app, png);
      const answers = await Promise.all(Array.from({ length: 10 }, () => registerBy(app, upload)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(9).fill(409)]);
      expect(await registerBy(app, upload)).toMatchObject(ended);
      expect(await emails()).toHaveLength(before.length + 1);
      expect(await app.bucket.keys()).toHaveLength(pictures + 1);
    }
  });

  test("UPL-31 is used up by a refused use", async () => {
    const { email } = await member(app);
    const upload = await sendPicture(app, png);
    expect(await registerBy(app, upload, { email })).toMatchObject(refusal(409, "email_taken"));
    expect(await registerBy(app, upload)).toMatchObject(ended);
  });

  test("UPL-31 is still good after a refused address or password: nothing was used", async () => {
    const upload = await sendPicture(app, png);
    expect((await registerBy(app, upload, { email: "nowhere" })).status).toBe(422);
    expect((await registerBy(app, upload, { password: "password" })).status).toBe(422);
    expect((await registerBy(app, upload)).status).toBe(201);
  });

  test("UPL-31 of a registration changes no account's picture, nor the other way round", async () => {
    const { body } = await member(app);
    const { accessToken, account } = body;
    expect(await changePictureBy(app, accessToken, await sendPicture(app, png))).toMatchObject(ended);
    expect(await registerBy(app, await sendPicture(app, png, { accessToken }))).toMatchObject(ended);
    const now = (await getAccount(app, accessToken)).body.account;
    expect(pathOf(now.imageUrl)).toBe(pathOf(account.imageUrl));
  });

  test("UPL-31 of another account changes nothing, and stays its own", async () => {
    const [a, b] = [await member(app), await member(app)];
    const upload = await sendPicture(app, png, { accessToken: a.body.accessToken });
    expect(await changePictureBy(app, b.body.accessToken, upload)).toMatchObject(ended);
    expect((await changePictureBy(app, a.body.accessToken, upload)).status).toBe(200);
  });

  test("UPL-31 dies after 15 minutes", async () => {
    const upload = await sendPicture(app, png);
    aheadMs = 15 * 60_000 + 6_000;
    expect(await registerBy(app, upload)).toMatchObject(ended);
    aheadMs = 14 * 60_000;
    expect((await registerBy(app, upload)).status).toBe(201);
    aheadMs = 14 * 60_000 + 50_000;
    expect(await registerBy(app, upload)).toMatchObject(ended);
  });

  test.each([
    ["size", Buffer.concat([png, Buffer.from("x")]), "image/png"],
    ["type", png, "image/gif"],
  ])("UPL-31 is for an object of the announced %s", async (_what, Body, ContentType) => {
    const { token } = (await announcePicture(app, png)).body.upload;
    const { bucket: Bucket } = app.bucket.config;
    const { key: Key } = statementOf(token);
    await app.s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    expect(await registerBy(app, token)).toMatchObject(refusal(409, "not_uploaded"));
  });

  test.each([undefined, null, 7, ["a"], "x".repeat(3000)])("is malformed as %j", async (upload) => {
    expect(await registerBy(app, upload)).toMatchObject(refusal(400, "malformed_request"));
  });

  test("UPL-31 is refused if it is forged, or names a picture of the gallery", async () => {
    const { accessToken } = (await member(app)).body;
    const announced = await announce(app, accessToken, png);
    await put(announced, png);
    const token = await sendPicture(app, png);
    const [head, , mac] = token.split(".");
    const changed = { ...statementOf(token), key: `incoming/${announced.body.image.id}` };
    const payload = Buffer.from(JSON.stringify(changed)).toString("base64url");
    for (const upload of [`${head}.${payload}.${mac}`, announced.body.image.id, accessToken, ""])
      expect(await registerBy(app, upload)).toMatchObject(ended);
    const path = `/images/${announced.body.image.id}/complete`;
    expect((await send(app, "POST", path, { headers: bearer(accessToken) })).status).toBe(200);
  });
});

describe("the URL of a picture's upload", () => {
  let before: string[];
  beforeEach(async () => {
    before = await open();
  });

  const endings: [string, (upload: string) => Promise<unknown>][] = [
    ["a registration", (upload) => registerBy(app, upload)],
    [
      "a refused registration",
      async (upload) => registerBy(app, upload, { email: (await member(app)).email }),
    ],
  ];

  test.each(endings)("UPL-33, USE-08 stores nothing more after %s", async (_what, use) => {
    const announced = await announcePicture(app, png);
    expect(await put(announced, png)).toBe(200);
    expect(await put(announced, png)).toBe(412);
    await use(announced.body.upload.token);
    expect(await put(announced, png)).toBe(412);
    expect(await open()).toEqual(before);
  });

  test("UPL-33 stores nothing after a registration without the picture", async () => {
    const announced = await announcePicture(app, png);
    expect(await registerBy(app, announced.body.upload.token)).toMatchObject(refusal(409, "not_uploaded"));
    expect(await put(announced, png)).toBe(412);
    expect(await open()).toEqual(before);
  });

  test("UPL-33 stores nothing more after a picture was replaced, or was no picture", async () => {
    const { accessToken } = (await member(app)).body;
    for (const [file, status] of [
      [png, 200],
      [refused["HTML"]!, 415],
    ] as const) {
      const announced = await announcePicture(app, file, { accessToken });
      await put(announced, file);
      expect((await changePictureBy(app, accessToken, announced.body.upload.token)).status).toBe(status);
      expect(await put(announced, file)).toBe(412);
      expect(await open()).toEqual(before);
    }
  });
});

describe("replacing the picture by an upload", () => {
  test("UPL-30 shows the new one and removes the previous one", async () => {
    const { accessToken, account } = (await member(app)).body;
    const image = await picture(30, 20).webp().toBuffer();
    const upload = await sendPicture(app, image, { accessToken, contentType: "image/webp" });
    const answer = await changePictureBy(app, accessToken, upload);
    expect(answer.status).toBe(200);
    expect(pathOf(answer.body.account.imageUrl)).toMatch(/\.webp$/);
    expect((await fetch(answer.body.account.imageUrl)).status).toBe(200);
    expect((await fetch(account.imageUrl)).status).toBe(404);
    expect(await changePictureBy(app, accessToken, upload)).toMatchObject(ended);
  });

  test("UPL-31 of 10 parallel uses of a token one does it, and one picture is left", async () => {
    const { accessToken, account } = (await member(app)).body;
    const upload = await sendPicture(app, png, { accessToken });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => changePictureBy(app, accessToken, upload)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(9).fill(409)]);
    const own = (await app.bucket.keys()).filter((key) => key.startsWith(`pictures/${account.id}/`));
    expect(own).toHaveLength(1);
  });

  test("AUTH-09 counts together with forms: 20 at once, then after a delay", async () => {
    const { accessToken } = (await member(app)).body;
    const statuses: number[] = [];
    for (let count = 0; count < 21; count += 1)
      statuses.push((await announcePicture(app, png, { accessToken })).status);
    expect(statuses).toEqual([...Array<number>(20).fill(201), 429]);
    const body = new FormData();
    body.append("image", new Blob([new Uint8Array(png)]), "a.png");
    const form = { body, headers: bearer(accessToken) };
    expect(await send(app, "PUT", "/account/image", form)).toMatchObject(limited);
  });
});

describe("uploads of anonymous callers", () => {
  test("UPL-32, SLS-45 are registrations of their network: announced or by form, 20 in all, and a use counts no more", async () => {
    const headers = { "x-forwarded-for": someAddress() };
    for (let count = 0; count < 10; count += 1) {
      expect((await register(app, { headers })).status).toBe(201);
      const upload = await sendPicture(app, png, { headers });
      expect((await registerBy(app, upload, {}, headers)).status).toBe(201);
    }
    expect(await announcePicture(app, png, { headers })).toMatchObject(limited);
    expect(await register(app, { headers })).toMatchObject(limited);
    expect((await announcePicture(app, png)).status).toBe(201); // from elsewhere
  });

  test("UPL-32 leave one row for their network, and none for an upload that is never used", async () => {
    const headers = { "x-forwarded-for": someAddress() };
    const before = await rows();
    for (let count = 0; count < 20; count += 1) await sendPicture(app, png, { headers });
    for (let count = 0; count < 20; count += 1) await registerBy(app, `a.b.${count}`, {}, headers);
    expect(await rows()).toEqual({ ...before, limits: before["limits"]! + 1 });
  });
});
