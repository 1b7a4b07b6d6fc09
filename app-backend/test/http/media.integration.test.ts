import { createHash } from "node:crypto";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { maxMediaBytes } from "../../src/domain/media.ts";
import { limits } from "../../src/domain/limit.ts";
import { exceedLimit } from "../exceed-limit.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { startApp, type TestApp } from "../app.ts";
import { bearer, member, newKey, newProject, send, signIn } from "../client.ts";
import { acceptedMedia, mpegFrames, refusedMedia, tagged } from "../media-files.ts";
import { announceMedia, completed, completeMedia, sound, uploadMedia } from "../media-uploads.ts";
import { put } from "../uploads.ts";

const dayMs = 24 * 3_600_000;

let app: TestApp;
let aheadMs = 0;
let email: string;
let token: string;
let accountId: string;

beforeAll(async () => {
  app = await startApp({ clock: () => new Date(Date.now() + aheadMs) });
});
afterAll(() => app.close());
beforeEach(async () => {
  aheadMs = 0;
  const person = await member(app);
  email = person.email;
  token = person.body.accessToken;
  accountId = person.body.account.id;
});

/** Moves the clock, with a new access token. */
async function wait(ms: number): Promise<void> {
  aheadMs += ms;
  token = (await signIn(app, email)).body.accessToken;
}

const get = (path: string, as = token) => send(app, "GET", path, { headers: bearer(as) });
const remove = (id: string, as = token) => send(app, "DELETE", `/media/${id}`, { headers: bearer(as) });
const refusal = (status: number, code: string) => ({ status, body: { code } });

async function use(mediaId: string): Promise<string> {
  const id = crypto.randomUUID();
  await rawMysql(app.pool).addProject({
    id,
    accountId,
    notesKey: `notes/${accountId}/${id}/a.json`,
    mediaId,
  });
  return id;
}

/** Keys of the account's objects, and of an upload. */
async function keysOf(text: string): Promise<string[]> {
  return (await app.bucket.keys()).filter((key) => key.includes(text) && !key.startsWith("pictures/"));
}

async function counted() {
  const { counted: count, summed } = await rawMysql(app.pool).usage(accountId);
  const facts = { files: count.mediaFiles, bytes: count.mediaBytes };
  expect(facts).toEqual({ files: summed.mediaFiles, bytes: summed.mediaBytes });
  return facts;
}

const head = (Key: string) =>
  app.s3.send(new HeadObjectCommand({ Bucket: app.config.storage.bucket, Key, ChecksumMode: "ENABLED" }));

describe("a file", () => {
  test("PRJ-36 goes directly to S3, is typed by its bytes, and plays from S3 in parts", async () => {
    const file = sound();
    const announced = await announceMedia(app, token, file, { contentType: "Audio/X-M4A" });
    expect(announced.body.media).toMatchObject({ state: "pending", kind: null, contentType: null });
    expect(await get(`/media/${announced.body.media.id}/url`)).toMatchObject(refusal(409, "not_uploaded"));
    expect(await put(announced, file)).toBe(200);
    const answer = await completed(app, token, announced.body.media.id);
    const { media } = answer.body;
    const shown = { id: announced.body.media.id, name: "Vorlesung ä 漢字", state: "stored", kind: "audio" };
    expect(media).toMatchObject({ ...shown, contentType: "audio/mpeg", bytes: file.length });
    const sha256 = createHash("sha256").update(file).digest("hex");
    expect(await keysOf(accountId)).toEqual([`media/${accountId}/${media.id}/${sha256}.mp3`]);
    const { body } = await get(`/media/${media.id}/url`);
    expect(body.contentType).toBe("audio/mpeg");
    const part = await fetch(body.url, { headers: { range: "bytes=0-1" } });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 0-1/${file.length}`]);
    expect(await counted()).toEqual({ files: 1, bytes: file.length });
  });

  test("PRJ-36 may be of any type that is found, whatever its label", async () => {
    const labels = [
      "audio/webm;codecs=opus",
      "Audio/X-M4A",
      "audio/mp3",
      "application/octet-stream",
      "",
      undefined,
    ];
    for (const [index, [type, end, file]] of Object.values(acceptedMedia).entries()) {
      const contentType = labels[index % labels.length];
      const { media } = (
        await uploadMedia(app, token, file, { ...(contentType !== undefined && { contentType }) })
      ).body;
      expect(media.contentType).toBe(type);
      expect(await keysOf(media.id)).toEqual([expect.stringMatching(new RegExp(`\\.${end}$`))]);
    }
  });

  test("PRJ-36 of another type is refused, and nothing is left", async () => {
    for (const file of Object.values(refusedMedia).filter(({ length }) => length > 0)) {
      const announced = await announceMedia(app, token, file);
      await put(announced, file);
      const { id } = announced.body.media;
      expect(await completed(app, token, id)).toMatchObject(refusal(415, "unsupported_media"));
      expect(await keysOf(id)).toEqual([]);
      expect((await completeMedia(app, token, id)).status).toBe(404);
    }
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  const unacceptable = [
    [{ contentType: "text/html" }, 415, "unsupported_media"],
    [{ contentType: "image/svg+xml" }, 415, "unsupported_media"],
    [{ bytes: maxMediaBytes + 1 }, 413, "media_too_large"],
    [{ bytes: 0 }, 422, "invalid_input"],
    [{ name: "" }, 422, "invalid_input"],
    [{ name: "a\r\nb" }, 422, "invalid_input"],
    [{ name: "\u202Egpj.mp3" }, 422, "invalid_input"],
    [{ name: "broken \ud800.mp3" }, 422, "invalid_input"],
    [{ name: "\u{1f44d}".repeat(256) }, 422, "invalid_input"],
  ] as const;
  test("PRJ-43 of a type, size or name that we do not take is refused before it is sent", async () => {
    for (const [sent, status, code] of unacceptable)
      expect(await announceMedia(app, token, sound(), sent)).toMatchObject(refusal(status, code));
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  test("PRJ-37 is stored under the type and headers that we chose, whatever its sender set", async () => {
    const file = tagged(20, mpegFrames(4));
    const announced = await announceMedia(app, token, file, { contentType: "audio/ogg" });
    const others = { "content-disposition": "inline", "cache-control": "no-store", "content-language": "xx" };
    expect(await put(announced, file, { ...others, "x-amz-meta-a": "b" })).toBe(403);
    expect(await put(announced, file, { "content-type": "text/html" })).toBe(403);
    expect(await put(announced, file, others)).toBe(200);
    const { media } = (await completed(app, token, announced.body.media.id)).body;
    const stored = await head((await keysOf(media.id))[0]!);
    expect(stored).toMatchObject({ ContentType: "audio/mpeg", Metadata: {} });
    expect(stored.ChecksumSHA256).toBe(createHash("sha256").update(file).digest("base64"));
    expect(stored.CacheControl).toBe("private, max-age=31536000, immutable");
    expect([stored.ContentDisposition, stored.ContentLanguage]).toEqual([undefined, undefined]);
  });

  test("PRJ-37 is sound to a browser that opens it as a page, also with HTML in it", async () => {
    const html = Buffer.from("<!doctype html><script>alert(1)</script>");
    const file = Buffer.concat([tagged(html.length, mpegFrames(4)), html]);
    html.copy(file, 10); // the content of the tag
    const { media } = (await uploadMedia(app, token, file, { name: "talk.html" })).body;
    for (const query of ["", "?download=true"]) {
      const { url } = (await get(`/media/${media.id}/url${query}`)).body;
      const own = new URL(url);
      for (const name of ["response-content-type", "response-content-disposition"]) {
        const other = new URL(own);
        other.searchParams.set(name, "text/html");
        expect((await fetch(other)).status).toBe(403); // the signature covers it
      }
      const answer = await fetch(own);
      expect(answer.headers.get("content-type")).toBe("audio/mpeg"); // no browser looks for HTML in this
      expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
    }
  });

  test("UPL-07 is sent once, with exactly the announced size", async () => {
    const file = sound();
    const announced = await announceMedia(app, token, file);
    for (const other of [Buffer.concat([file, Buffer.from("x")]), file.subarray(1)])
      expect(await put(announced, other)).toBe(403);
    expect(await completeMedia(app, token, announced.body.media.id)).toMatchObject(
      refusal(409, "not_uploaded"),
    );
    expect(await put(announced, file)).toBe(200);
    expect(await put(announced, file)).toBe(412);
    await completed(app, token, announced.body.media.id);
    expect(await put(announced, file)).toBe(412);
    expect(await keysOf(`incoming/${announced.body.media.id}`)).toEqual([]);
  });

  const names = [
    ['a; "b" \'(1)*!%41&=+ä 漢字.mp3', 'a; "b" \'(1)*!%41&=+ä 漢字.mp3'],
    ["../../etc/passwd", ".._.._etc_passwd.mp3"],
    ["talk.html", "talk.html.mp3"],
    ["\u{1f44d}".repeat(255), `${"\u{1f44d}".repeat(62)}.mp3`],
  ] as const;
  test("PRJ-43 is downloaded under its name, which ends with the extension of its type", async () => {
    for (const [name, saved] of names) {
      const { media } = (await uploadMedia(app, token, sound(), { name })).body;
      expect(media.name).toBe(name);
      const { url } = (await get(`/media/${media.id}/url?download=true`)).body;
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      const [, encoded] = /filename\*=UTF-8''([^;]+)$/.exec(answer.headers.get("content-disposition")!)!;
      expect(decodeURIComponent(encoded!)).toBe(saved);
      expect((await get(`/media/${media.id}/url?download=1`)).status).toBe(422);
    }
  });

  test("PRJ-44 its URL ends when it says, and is another one before", async () => {
    const { media } = (await uploadMedia(app, token, sound())).body;
    const { url, expiresAt } = (await get(`/media/${media.id}/url`)).body;
    const { searchParams } = new URL(url);
    const begin = searchParams.get("X-Amz-Date")!.replace(/(....)(..)(..T..)(..)(..)/, "$1-$2-$3:$4:$5");
    const end = Date.parse(begin) + Number(searchParams.get("X-Amz-Expires")) * 1000;
    expect(Date.parse(expiresAt)).toBe(end);
    expect(end - Date.now()).toBeGreaterThanOrEqual(30 * 60_000 - 5_000);
    await wait(end - Date.now() - 60_000);
    expect(Date.parse((await get(`/media/${media.id}/url`)).body.expiresAt)).toBeGreaterThan(end);
  });
});

describe("an announcement", () => {
  test("PRJ-11 that is repeated under its key is one, before and after the file was sent", async () => {
    const [file, key] = [sound(), newKey()];
    const answers = await Promise.all([1, 2, 3].map(() => announceMedia(app, token, file, { key })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.media.id)).size).toBe(1);
    expect(await counted()).toEqual({ files: 1, bytes: file.length });
    expect(await put(answers[1]!, file)).toBe(200);
    expect(await put(answers[2]!, file)).toBe(412);
    const { id } = answers[0]!.body.media;
    await completed(app, token, id);
    const later = await announceMedia(app, token, file, { key });
    expect(later.body.media).toMatchObject({ id, state: "stored" });
    const other = (await member(app)).body.accessToken;
    expect((await announceMedia(app, other, file, { key })).body.media.id).not.toBe(id);
  });

  test("PRJ-42 that is never completed is listed, and gives its quota back after a day", async () => {
    const file = sound();
    const [unsent, sent] = [await announceMedia(app, token, file), await announceMedia(app, token, file)];
    await put(sent, file);
    const unused = (await uploadMedia(app, token, sound())).body.media;
    const listed = (await get("/media")).body.items;
    const states = Object.fromEntries(listed.map(({ id, state, uses }) => [id, [state, uses]]));
    expect(states).toEqual({
      [unused.id]: ["stored", 0],
      [sent.body.media.id]: ["pending", 0],
      [unsent.body.media.id]: ["pending", 0],
    });
    expect((await counted()).files).toBe(3);
    await wait(dayMs + 1000);
    expect(await app.giveUpAbandoned()).toBeGreaterThanOrEqual(2);
    expect((await counted()).files).toBe(1);
    for (const { body } of [sent, unsent]) {
      expect(await keysOf(body.media.id)).toEqual([]);
      expect((await completeMedia(app, token, body.media.id)).status).toBe(404);
    }
    expect((await get("/media")).body.items.map(({ id }) => id)).toEqual([unused.id]);
    expect(await put(unsent, file)).toBe(412); // whose row was given up
    expect((await remove(unused.id)).status).toBe(204);
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  test("PRJ-16 beyond the quota is refused and not counted as an attempt", async () => {
    await rawMysql(app.pool).setUsage(accountId, { mediaFiles: 1000 });
    for (let count = 0; count < 3; count += 1)
      expect(await announceMedia(app, token, sound())).toMatchObject(refusal(409, "quota_exceeded"));
  });
});

describe("media", () => {
  test("in use is not removed, and shows its uses; removed, its object is gone", async () => {
    const { media } = (await uploadMedia(app, token, sound())).body;
    const projects = [await use(media.id), await use(media.id)];
    expect((await get("/media")).body.items).toMatchObject([{ id: media.id, uses: 2 }]);
    expect(await remove(media.id)).toMatchObject(refusal(409, "media_in_use"));
    expect(await keysOf(media.id)).toHaveLength(1);
    await app.pool.query("DELETE FROM projects WHERE id IN (?)", [projects]);
    expect((await remove(media.id)).status).toBe(204);
    expect((await remove(media.id)).status).toBe(404);
    expect(await keysOf(media.id)).toEqual([]);
    const pending = await announceMedia(app, token, sound());
    expect((await remove(pending.body.media.id)).status).toBe(204);
    expect(await put(pending, sound())).toBe(412);
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  test("PRJ-53 of 20 projects is one object, which goes with the last of them, whatever is removed at once", async () => {
    const { media } = (await uploadMedia(app, token, sound())).body;
    const ids: string[] = [];
    for (let count = 0; count < 20; count += 1)
      ids.push((await newProject(app, token, { mediaId: media.id })).body.project.id);
    expect((await get("/media")).body.items).toMatchObject([{ id: media.id, uses: 20 }]);
    expect(await keysOf(`media/${accountId}`)).toHaveLength(1);
    await wait(dayMs + 1000);
    const removeForever = (id: string) =>
      send(app, "DELETE", `/projects/${id}?forever=true`, { headers: bearer(token) });
    const [last, ...others] = ids;
    const removed = await Promise.all(others.map(removeForever));
    expect(removed.map(({ status }) => status)).toEqual(others.map(() => 204));
    expect(await keysOf(`media/${accountId}`)).toHaveLength(1);
    expect((await removeForever(last!)).status).toBe(204);
    expect(await keysOf(accountId)).toEqual([]);
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  test("PRJ-51 is listed page by page, each file once", async () => {
    const ids = [];
    for (let count = 0; count < 5; count += 1)
      ids.push((await announceMedia(app, token, sound())).body.media.id);
    const first = (await get("/media?limit=3")).body;
    expect((await remove(first.items[2]!.id)).status).toBe(204);
    const second = (await get(`/media?limit=3&cursor=${first.cursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(second.cursor).toBeUndefined();
    expect((await get("/media?limit=101")).status).toBe(422);
  });
});

describe("UPL-35 removals beyond the limit of the account", () => {
  const used = async (rule: { readonly name: string }) => {
    const id = createHash("sha256").update(`${rule.name}:${accountId}`).digest("hex");
    const [rows] = await app.pool.query("SELECT used FROM limits WHERE id = ?", [id]);
    return (rows as { used: number }[])[0]?.used ?? 0;
  };
  const exceed = () => exceedLimit(app.pool, limits.removalOfAccount, accountId, Date.now() + aheadMs);

  test("wait, are shown when they may come, and leave the file; one that was never stored goes", async () => {
    const { media } = (await uploadMedia(app, token, sound())).body;
    const pending = (await announceMedia(app, token, sound())).body.media;
    await exceed();
    const refused = await remove(media.id);
    expect(refused).toMatchObject(refusal(429, "too_many_requests"));
    const waitS = Number(refused.headers.get("retry-after"));
    expect(waitS).toBeGreaterThan(100);
    expect((await get(`/media/${media.id}/url`)).status).toBe(200);
    expect((await remove(pending.id)).status).toBe(204);
    await wait(waitS * 1000);
    expect((await remove(media.id)).status).toBe(204);
    expect(await counted()).toEqual({ files: 0, bytes: 0 });
  });

  test("a duplicate counts as one, and when there were too many, as an upload that left nothing", async () => {
    const file = sound();
    const { media } = (await uploadMedia(app, token, file)).body;
    expect([await used(limits.removalOfAccount), await used(limits.uploadOfAccount)]).toEqual([0, 0]);
    expect((await uploadMedia(app, token, file)).body.media.id).toBe(media.id);
    expect([await used(limits.removalOfAccount), await used(limits.uploadOfAccount)]).toEqual([1, 0]);
    await exceed();
    expect((await uploadMedia(app, token, file)).body.media.id).toBe(media.id);
    expect(await used(limits.uploadOfAccount)).toBe(1);
  });
});

describe("the same bytes", () => {
  test("PRJ-41 under 10 names at once are one file of the account, and another account has its own", async () => {
    const file = sound();
    const announced = [];
    for (let count = 0; count < 10; count += 1)
      announced.push(await announceMedia(app, token, file, { name: `Take ${count}` }));
    for (const one of announced) await put(one, file);
    const answers = await Promise.all(announced.map(({ body }) => completed(app, token, body.media.id)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [id] = new Set(answers.map(({ body }) => body.media.id));
    expect(answers.map(({ body }) => body.media.id)).toEqual(answers.map(() => id));
    expect(await counted()).toEqual({ files: 1, bytes: file.length });
    expect(await keysOf(accountId)).toHaveLength(1);
    const uploads = announced.map(({ body }) => `incoming/${body.media.id}`);
    expect((await app.bucket.keys()).filter((key) => uploads.includes(key))).toEqual([]);
    const other = (await member(app)).body.accessToken;
    const theirs = (await uploadMedia(app, other, file)).body.media;
    expect(theirs.id).not.toBe(id);
    await remove(id!);
    const { url } = (await get(`/media/${theirs.id}/url`, other)).body;
    expect((await fetch(url)).status).toBe(200);
  });

  test("PRJ-41 are answered with the same file when a completion is repeated, and kept for another day", async () => {
    const file = sound();
    const first = (await uploadMedia(app, token, file)).body.media;
    const announced = await announceMedia(app, token, file);
    await put(announced, file);
    const keptUntil = async () => {
      const [rows] = await app.pool.query("SELECT kept_until FROM media WHERE id = ?", [first.id]);
      return (rows as { kept_until: Date }[])[0]!.kept_until.getTime();
    };
    for (const ms of [1000, 2000, 3000]) {
      aheadMs = ms;
      const answer = await completed(app, token, announced.body.media.id);
      expect(answer.body.media?.id).toBe(first.id);
      expect((await keptUntil()) - Date.now()).toBeGreaterThan(dayMs + ms - 1000);
    }
    const other = (await member(app)).body.accessToken;
    expect((await completeMedia(app, other, announced.body.media.id)).status).toBe(404);
    await remove(first.id);
    expect((await completeMedia(app, token, announced.body.media.id)).status).toBe(404);
  });
});
