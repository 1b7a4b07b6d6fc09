import { createHash, randomUUID } from "node:crypto";
import { ListObjectVersionsCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import sharp from "sharp";
import { mysqlLimits } from "../../src/adapters/mysql/limits.ts";
import { limits } from "../../src/domain/limit.ts";
import { startApp, type TestApp } from "../app.ts";
import { type Answer, bearer, goodPassword, member, send, sendJson } from "../client.ts";
import { exceedLimit } from "../exceed-limit.ts";
import { accepted, picture, refused } from "../images.ts";
import { statementCounter } from "../statement-counter.ts";
import { tcpProxy } from "../tcp-proxy.ts";
import { addImage, announce, complete, put, upload } from "../uploads.ts";

const dayMs = 24 * 3600 * 1000;

let app: TestApp;
let statements: Awaited<ReturnType<typeof statementCounter>>;
let aheadMs = 0;
/** Undefined: the clock runs. */
let stoppedAtMs: number | undefined;
let token: string;
let accountId: string;

beforeAll(async () => {
  statements = await statementCounter();
  app = await startApp({
    clock: () => new Date((stoppedAtMs ?? Date.now()) + aheadMs),
    route: statements.route,
  });
});
afterAll(async () => {
  await app.close();
  statements.close();
});
beforeEach(async () => {
  [aheadMs, stoppedAtMs] = [0, undefined];
  const { body } = await member(app);
  token = body.accessToken;
  accountId = body.account.id;
});

const png = accepted["image/png"]!;
const get = (path: string, as = token) => send(app, "GET", path, { headers: bearer(as) });
const remove = (id: string, as = token) => send(app, "DELETE", `/images/${id}`, { headers: bearer(as) });
const refusal = (status: number, code: string) => ({ status, body: { code } });

async function keysOf(id: string): Promise<string[]> {
  return (await app.bucket.keys()).filter((key) => key.includes(id)).toSorted();
}

async function counted(): Promise<unknown> {
  const sql = "SELECT image_count AS images, image_bytes AS bytes FROM accounts WHERE id = ?";
  const [[row]] = await app.pool.execute<RowDataPacket[]>(sql, [accountId]);
  return row;
}

describe("an upload", () => {
  test("UPL-21 goes directly to S3, is processed, and is visible to all accounts", async () => {
    const answer = await upload(app, token, await picture(960, 640).jpeg().toBuffer(), {
      name: "Café 1.jpg",
    });
    expect(answer.status).toBe(200);
    const { image } = answer.body;
    expect(image).toMatchObject({
      name: "Café 1.jpg",
      mine: true,
      contentType: "image/jpeg",
      width: 960,
      height: 640,
    });
    expect([image.thumbnailWidth, image.thumbnailHeight]).toEqual([480, 320]);
    const other = (await member(app)).body.accessToken;
    const seen = (await get(`/images/${image.id}`, other)).body.image;
    expect(seen).toEqual({ ...image, mine: false });
    for (const url of [seen.imageUrl, seen.thumbnailUrl]) {
      const shown = await fetch(url);
      expect(shown.headers.get("cache-control")).toContain("immutable");
      await sharp(Buffer.from(await shown.arrayBuffer())).stats();
    }
    expect(await keysOf(image.id)).toEqual([
      expect.stringMatching(/^images\/.+\/[0-9a-f]{64}\.(jpg|webp)$/),
      expect.stringMatching(/^images\/.+\/[0-9a-f]{64}\.(jpg|webp)$/),
    ]);
  });

  test.each(Object.entries(accepted))("may be %s", async (contentType, image) => {
    expect((await upload(app, token, image, { contentType })).body.image.contentType).toBe(contentType);
  });

  test("UPL-02 is typed by its content, whatever its label", async () => {
    const { body } = await upload(app, token, png, { contentType: "image/jpeg" });
    expect(body.image.contentType).toBe("image/png");
  });

  test.each(Object.entries(refused))("UPL-01 of %s is refused, and nothing is left", async (_name, image) => {
    const announced = await announce(app, token, image);
    expect(await put(announced, image)).toBe(200);
    const { id } = announced.body.image;
    expect(await complete(app, token, id)).toMatchObject(refusal(415, "unsupported_image"));
    expect(await keysOf(id)).toEqual([]);
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
    expect((await complete(app, token, id)).status).toBe(404);
  });

  test("that was truncated is reported as damaged, and nothing is left", async () => {
    const whole = await picture(400, 300).jpeg().toBuffer();
    const half = whole.subarray(0, whole.length / 2);
    const answer = await upload(app, token, half, { contentType: "image/jpeg" });
    expect(answer).toMatchObject(refusal(422, "damaged_image"));
    expect(answer.body.errors).toEqual([{ field: "image", message: "is damaged or cut off" }]);
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
  });

  test.each([
    [{ contentType: "image/svg+xml" }, 415, "unsupported_image"],
    [{ contentType: "text/html" }, 415, "unsupported_image"],
    [{ bytes: 10 * 2 ** 20 + 1 }, 413, "image_too_large"],
    [{ bytes: 0 }, 422, "invalid_input"],
    [{ name: "" }, 422, "invalid_input"],
    [{ name: "x".repeat(256) }, 422, "invalid_input"],
    [{ name: "a\nb" }, 422, "invalid_input"],
  ])("UPL-19 of %j is refused before it is sent", async (sent, status, code) => {
    const answer = await announce(app, token, png, sent);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
  });

  test("UPL-07 S3 refuses a byte more or less than was announced, another key and another type", async () => {
    const announced = await announce(app, token, png);
    for (const file of [Buffer.concat([png, Buffer.from("x")]), png.subarray(1), Buffer.alloc(0)])
      expect(await put(announced, file)).toBe(403);
    const url = announced.body.upload.url.replace(/incoming\/[^?]+/, "images/mine");
    const elsewhere = { ...announced.body.upload, url };
    const changed = { ...announced, body: { ...announced.body, upload: elsewhere } };
    expect(await put(changed, png)).toBe(403);
    expect(await put(announced, png, { "content-type": "text/html" })).toBe(403);
    expect((await complete(app, token, announced.body.image.id)).body.code).toBe("not_uploaded");
  });

  test("UPL-05 of too many pixels is refused, and nothing is left", async () => {
    const huge = await sharp({ create: { width: 8000, height: 7000, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    expect(await upload(app, token, huge)).toMatchObject(refusal(422, "image_dimensions"));
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
  });

  test("UPL-15 completed without an upload is 409; twice or three times at once, one answer; after deletion, 404", async () => {
    const announced = await announce(app, token, png);
    const { id } = announced.body.image;
    expect(await complete(app, token, id)).toMatchObject(refusal(409, "not_uploaded"));
    await put(announced, png);
    const answers = await Promise.all([1, 2, 3].map(() => complete(app, token, id)));
    answers.push(await complete(app, token, id));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const ids = answers.map(({ body }) => JSON.stringify(body));
    expect(new Set(ids).size).toBe(1);
    expect(await keysOf(id)).toHaveLength(2);
    expect(await remove(id)).toMatchObject({ status: 204 });
    expect((await complete(app, token, id)).status).toBe(404);
  });

  test("UPL-16 sent again after it was completed changes nothing that is served", async () => {
    const announced = await announce(app, token, png);
    await put(announced, png);
    const { image } = (await complete(app, token, announced.body.image.id)).body;
    const before = await (await fetch(image.imageUrl)).arrayBuffer();
    expect(await put(announced, png)).toBe(412);
    expect((await complete(app, token, image.id)).body.image).toEqual(image);
    expect(Buffer.from(await (await fetch(image.imageUrl)).arrayBuffer())).toEqual(Buffer.from(before));
  });

  test("UPL-15 that is never completed is discarded after a day, and its quota is free again", async () => {
    const { id } = (await announce(app, token, png)).body.image;
    expect(await counted()).toEqual({ images: 1, bytes: png.length });
    await app.giveUpAbandoned();
    expect(await counted()).toEqual({ images: 1, bytes: png.length });
    aheadMs = dayMs + 1;
    await app.giveUpAbandoned();
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
    aheadMs = 0;
    expect((await complete(app, token, id)).status).toBe(404);
  });

  test("UPL-22 of images is limited by quota, at once and one by one", async () => {
    await app.pool.execute("UPDATE accounts SET image_count = 497 WHERE id = ?", [accountId]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => announce(app, token, png)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ body }) => body.code === "quota_exceeded")).toHaveLength(5);
    await app.pool.execute("UPDATE accounts SET image_count = 0, image_bytes = ? WHERE id = ?", [
      2 ** 30 - 10,
      accountId,
    ]);
    expect(await announce(app, token, png)).toMatchObject(refusal(409, "quota_exceeded"));
  });
});

describe("the URL of an upload", () => {
  /** Status and bytes of all versions of an upload in the bucket. */
  async function storedOf(id: string): Promise<number[]> {
    const { bucket: Bucket } = app.config.storage;
    const found = await app.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: `incoming/${id}` }));
    return (found.Versions ?? []).map(({ Size = 0 }) => Size).filter((size) => size > 0);
  }
  const end = (id: string) => complete(app, token, id);
  const removeAccount = () =>
    sendJson(
      app,
      "DELETE",
      "/auth/remove",
      { password: goodPassword },
      { ...bearer(token), origin: app.siteOrigin },
    );

  beforeAll(async () => {
    const { bucket: Bucket } = app.config.storage;
    const VersioningConfiguration = { Status: "Enabled" } as const; // as in the stack
    await app.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  });

  test("USE-08 stores one version, used 20 times at once and 20 times more", async () => {
    const announced = await announce(app, token, png);
    const { id } = announced.body.image;
    const statuses = await Promise.all(Array.from({ length: 20 }, () => put(announced, png)));
    for (let count = 0; count < 20; count += 1) statuses.push(await put(announced, png));
    expect(statuses.toSorted()).toEqual([200, ...Array<number>(39).fill(412)]);
    expect(await storedOf(id)).toEqual([png.length]);
    expect((await complete(app, token, id)).status).toBe(200);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ["its image was completed", end],
    ["its image was completed and removed", async (id) => [await end(id), await remove(id)]],
    ["its image was removed", remove],
    ["its account was removed", removeAccount],
    ["its account was removed with the image", async (id) => [await end(id), await removeAccount()]],
  ])("USE-08 stores nothing more after %s", async (_what, done) => {
    const announced = await announce(app, token, png);
    const unused = await announce(app, token, png);
    await put(announced, png);
    await done(announced.body.image.id);
    for (let count = 0; count < 3; count += 1) expect(await put(announced, png)).toBe(412);
    expect(await storedOf(announced.body.image.id)).toEqual([png.length]);
    if (done === end) return;
    await remove(unused.body.image.id);
    expect(await put(unused, png)).toBe(412);
    expect(await storedOf(unused.body.image.id)).toEqual([]);
  });

  test("USE-08 stores nothing more after its upload was refused", async () => {
    const svg = refused["SVG"] ?? Object.values(refused)[0]!;
    const announced = await announce(app, token, svg);
    await put(announced, svg);
    expect((await end(announced.body.image.id)).status).toBe(415);
    expect(await put(announced, svg)).toBe(412);
  });

  test("USE-08 does not work without its condition", async () => {
    const announced = await announce(app, token, png);
    const { "if-none-match": _, ...headers } = announced.body.upload.headers;
    const upload = { ...announced.body.upload, headers };
    expect(await put({ ...announced, body: { ...announced.body, upload } }, png)).toBe(403);
    expect(await put(announced, png, { "if-none-match": '"other"' })).toBe(403);
  });
});

test("101 uploads that were never completed are discarded in one run", async () => {
  const { id } = (await member(app)).body.account;
  const yesterday = new Date(Date.now() + aheadMs - 2 * 24 * 3_600_000);
  const rows = Array.from({ length: 101 }, () => [randomUUID(), id, "Silver", "image/png", 1, yesterday]);
  const sql = "INSERT INTO images (id, account_id, name, content_type, bytes, created_at) VALUES ?";
  await app.pool.query(sql, [rows]);
  expect(await app.giveUpAbandoned()).toBeGreaterThanOrEqual(101);
  const [left] = await app.pool.query("SELECT id FROM images WHERE account_id = ?", [id]);
  expect(left).toEqual([]);
});

describe("uploads that are never published", () => {
  test("UPL-23 are limited to 200 a day for an account; one that becomes an image does not count", async () => {
    stoppedAtMs = Date.now(); // the first delay is a second, which a busy machine needs for one request
    for (let round = 0; round < 3; round += 1) await addImage(app, token);
    const attempt = [limits.uploadOfAccount, accountId, new Date(stoppedAtMs)] as const;
    expect(await mysqlLimits(app.pool).consume(...attempt, 190)).toBe(0);
    for (let count = 0; count < 10; count += 1) {
      const announced = await announce(app, token, png);
      expect(announced.status).toBe(201);
      await remove(announced.body.image.id); // its URL stays valid for a quarter of an hour
    }
    expect(await announce(app, token, png)).toMatchObject(refusal(429, "too_many_requests"));
    expect((await announce(app, (await member(app)).body.accessToken, png)).status).toBe(201);
    aheadMs = 2_000;
    expect((await announce(app, token, png)).status).toBe(201);
  });

  test("do not count if the quota is full", async () => {
    await app.pool.execute("UPDATE accounts SET image_count = 500 WHERE id = ?", [accountId]);
    const refused = await announce(app, token, png);
    expect(refused).toMatchObject(refusal(409, "quota_exceeded"));
    const [counts] = await app.pool.execute<RowDataPacket[]>(
      "SELECT SUM(used) AS used FROM limits WHERE id = ?",
      [createHash("sha256").update(`upload of account:${accountId}`).digest("hex")],
    );
    expect(Number(counts[0]?.["used"])).toBe(0);
  });
});

test("UPL-35 removals beyond the limit of the account wait, and leave the image; one that was never published goes", async () => {
  const image = await addImage(app, token);
  const pending = (await announce(app, token, png)).body.image;
  await exceedLimit(app.pool, limits.removalOfAccount, accountId, Date.now());
  const refused = await remove(image.id);
  expect(refused).toMatchObject(refusal(429, "too_many_requests"));
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(100);
  expect((await get(`/images/${image.id}`)).status).toBe(200);
  expect(await keysOf(image.id)).toHaveLength(2);
  expect((await remove(pending.id)).status).toBe(204);
  aheadMs = 300_000;
  expect((await remove(image.id)).status).toBe(204);
  expect(await keysOf(image.id)).toEqual([]);
});

describe("uploads that race", () => {
  test("UPL-15 of one completion with itself run once", async () => {
    const proxy = await tcpProxy(Number(new URL(app.config.storage.endpoint!).port));
    const site = await startApp({ bucketPort: proxy.port });
    try {
      const { accessToken } = (await member(site)).body;
      const source = await picture(900, 600).png({ compressionLevel: 0 }).toBuffer();
      const announced = await announce(site, accessToken, source);
      await put(announced, source);
      const before = proxy.bytesReturned();
      const { id } = announced.body.image;
      const answers = await Promise.all(Array.from({ length: 5 }, () => complete(site, accessToken, id)));
      expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
      expect(proxy.bytesReturned() - before).toBeLessThan(1.5 * source.length); // it was read once
    } finally {
      await site.close();
      proxy.close();
    }
  });

  test("UPL-24 of one account leave capacity for others: a seventh at once gets Retry-After", async () => {
    const source = await picture(2400, 1800).png().toBuffer();
    const announced = await Promise.all(Array.from({ length: 10 }, () => announce(app, token, source)));
    for (const each of announced) expect(await put(each, source)).toBe(200);
    const ids = announced.map(({ body }) => body.image.id);
    const answers = await Promise.all(ids.map((id) => complete(app, token, id)));
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array(6).fill(200), ...Array(4).fill(429)]);
    const late = answers.find(({ status }) => status === 429)!;
    expect([late.body.code, late.headers.get("retry-after")]).toEqual(["too_many_requests", "5"]);
    for (const id of ids) expect((await complete(app, token, id)).status).toBe(200);
  });

  const keysOfAll = async () => (await app.bucket.keys()).filter((key) => key.startsWith("images/"));

  test("UPL-26 with their removal leave nothing", async () => {
    const before = (await keysOfAll()).length;
    for (let round = 0; round < 10; round += 1) {
      const announced = await announce(app, token, png);
      await put(announced, png);
      const { id } = announced.body.image;
      await Promise.all([complete(app, token, id), remove(id)]);
      await remove(id);
    }
    expect(await keysOfAll()).toHaveLength(before);
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
  });
});

test.each(["%C3%A9", "a", "%00", "x".repeat(300)])(
  "WEB-08 a malformed id matches nothing: %s",
  async (id) => {
    for (const path of [`/images/${id}`, `/images/${id}/download`])
      expect((await get(path)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
  },
);

describe("a list", () => {
  test("pages through all images, the newest first, each once", async () => {
    const other = (await member(app)).body.accessToken;
    const added: string[] = [];
    for (let index = 0; index < 7; index += 1)
      added.push((await addImage(app, index % 2 ? other : token)).id);
    const seen: string[] = [];
    let path = "/images?limit=3";
    for (let pages = 0; pages < 50; pages += 1) {
      const { body } = await get(path);
      seen.push(...body.items.map(({ id }) => id));
      if (!body.cursor) break;
      path = `/images?limit=3&cursor=${body.cursor}`;
    }
    expect(seen.filter((id) => added.includes(id))).toEqual(added.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("of the caller's own has no other's", async () => {
    await addImage(app, (await member(app)).body.accessToken);
    const own = (await addImage(app, token)).id;
    const { items } = (await get("/images?owner=me")).body;
    expect(items.map(({ id, mine }) => [id, mine])).toEqual([[own, true]]);
  });

  test("has no image that is not published", async () => {
    await announce(app, token, png);
    expect((await get("/images?owner=me")).body.items).toEqual([]);
  });

  test("asks the database twice: for the session and for the images", async () => {
    await addImage(app, token);
    await get("/images"); // statements are prepared
    const before = statements.count();
    await get("/images");
    expect(statements.count() - before).toBe(2);
  });

  test.each([
    ["limit=-1"],
    ["limit=0"],
    ["limit=101"],
    ["limit=1e9"],
    ["limit=NaN"],
    ["limit=1&limit=2"],
    ["owner=you"],
    ["cursor="],
    ["cursor=abc"],
    ["cursor=%27%20OR%201%3D1"],
    ["cursor=a&cursor=b"],
    ["limit[$gt]=1"],
  ])("WEB-07, WEB-08 refuses ?%s, or does not know it", async (query) => {
    const { status, body } = await get(`/images?${query}`);
    expect([400, 422, 200]).toContain(status);
    if (status === 200) expect(query).toContain("[");
    else expect(body.code).toMatch(/malformed_request|invalid_input/);
  });
});

describe("an image", () => {
  test("UPL-20 is downloaded under its name, pixel for pixel", async () => {
    const source = await picture(120, 80).png().toBuffer();
    const { id } = (await upload(app, token, source, { name: 'Café "1"' })).body.image;
    const { url } = (await get(`/images/${id}/download`)).body;
    const answer = await fetch(url);
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename="Caf_ _1_.png"; filename*=UTF-8''Caf%C3%A9%20%221%22.png`,
    );
    const pixels = await sharp(Buffer.from(await answer.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer();
    expect(pixels).toEqual(await sharp(source).removeAlpha().raw().toBuffer());
  });

  test("UPL-26 is removed with its objects, by its owner alone", async () => {
    const { id } = await addImage(app, token);
    const other = (await member(app)).body.accessToken;
    expect((await remove(id, other)).status).toBe(404);
    expect((await get(`/images/${id}`)).status).toBe(200);
    expect((await remove(id)).status).toBe(204);
    expect(await keysOf(id)).toEqual([]);
    expect((await get(`/images/${id}`)).status).toBe(404);
    expect(await counted()).toEqual({ images: 0, bytes: 0 });
  });

  test("is removed with its account", async () => {
    const { id } = await addImage(app, token);
    const pending = (await announce(app, token, png)).body.image.id;
    const headers = { ...bearer(token), origin: app.siteOrigin };
    expect((await sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, headers)).status).toBe(
      204,
    );
    expect([...(await keysOf(id)), ...(await keysOf(pending)), ...(await keysOf(accountId))]).toEqual([]);
  });

  test("REL-05 with the bucket unavailable: lists and sign-in go on, uploads are 503, and no record is without its object", async () => {
    const site = await startApp();
    try {
      const { body } = await member(site);
      const announced: Answer = await announce(site, body.accessToken, png);
      await put(announced, png);
      await site.bucket.remove();
      expect((await complete(site, body.accessToken, announced.body.image.id)).status).toBe(503);
      const list = await send(site, "GET", "/images", { headers: bearer(body.accessToken) });
      expect([list.status, list.body.items]).toEqual([200, []]);
      await site.bucket.create();
    } finally {
      await site.close();
    }
  });
});
