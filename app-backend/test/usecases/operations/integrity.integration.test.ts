import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { openIntegrity } from "../../../src/compose/ec2-jobs.ts";
import { openStorage } from "../../../src/compose/ec2-storage.ts";
import type { ObjectRecords } from "../../../src/ports/object-records.ts";
import { integrityCheck } from "../../../src/usecases/operations/integrity.ts";
import { startApp, type TestApp } from "../../app.ts";
import { bearer, member, newProject, send } from "../../client.ts";
import { picture } from "../../images.ts";
import { sound, uploadMedia } from "../../media-uploads.ts";
import { upload } from "../../uploads.ts";

let app: TestApp;
let Bucket: string;
let integrity: ReturnType<typeof openIntegrity>;
let token: string;
let aheadMs = 0;

beforeAll(async () => {
  app = await startApp();
  Bucket = app.config.storage.bucket;
  const VersioningConfiguration = { Status: "Enabled" as const };
  await app.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  integrity = openIntegrity(app.config, () => new Date(Date.now() + aheadMs));
  token = (await member(app)).body.accessToken;
});
afterAll(async () => {
  await integrity.close();
  const { Versions = [], DeleteMarkers = [] } = await app.s3.send(new ListObjectVersionsCommand({ Bucket }));
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
  await app.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  await app.close();
});

/** The key of a new image's object. */
async function newObject(width: number): Promise<{ id: string; key: string; imageUrl: string }> {
  const { image } = (await upload(app, token, await picture(width, 40).png().toBuffer())).body;
  const keys = await app.bucket.keys();
  return { ...image, key: keys.find((key) => key.includes(image.id) && key.endsWith(".png"))! };
}

const put = (Key: string, Body: Uint8Array) => app.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

describe("the integrity check", () => {
  test("finds no faults if there are none", async () => {
    await newObject(50);
    const report = await integrity.inspect(false);
    expect(report).toEqual({ checked: 3, missing: [], mismatched: [], orphaned: [], left: [] });
  });

  test("UPL-18 reports deleted, truncated, corrupted and added objects, repairs them, then finds nothing", async () => {
    const [gone, short, corrupt] = [await newObject(51), await newObject(52), await newObject(53)];
    const whole = Buffer.from(await (await fetch(corrupt.imageUrl)).arrayBuffer());
    await app.s3.send(new DeleteObjectCommand({ Bucket, Key: gone.key }));
    await put(short.key, whole.subarray(0, 20));
    await put(
      corrupt.key,
      whole.map((byte, at) => (at === 60 ? byte ^ 1 : byte)),
    );
    const added = `images/${corrupt.id}/added.png`;
    await put(added, whole);
    const young = await integrity.inspect(false);
    expect(young.orphaned).toEqual([]); // its record may still be written
    aheadMs = 2 * 3_600_000;
    const found = { missing: [gone.key], mismatched: [short.key, corrupt.key].toSorted(), orphaned: [added] };
    const sorted = async (repair: boolean) => {
      const { mismatched, left, ...report } = await integrity.inspect(repair);
      return { ...report, mismatched: mismatched.toSorted(), left: left.length };
    };
    expect(await sorted(false)).toMatchObject({ ...found, left: 4 });
    expect(await sorted(true)).toMatchObject({ ...found, left: 0 });
    expect(await sorted(false)).toMatchObject({ missing: [], mismatched: [], orphaned: [], left: 0 });
    for (const { id } of [gone, short, corrupt]) {
      const { image } = (await send(app, "GET", `/images/${id}`, { headers: bearer(token) })).body;
      expect((await fetch(image.imageUrl)).status).toBe(200);
    }
    aheadMs = 0;
  });

  test("UPL-18 reports and repairs notes and files of projects too, which keep their types", async () => {
    const { media } = (await uploadMedia(app, token, sound())).body;
    const { project } = (await newProject(app, token, { mediaId: media.id })).body;
    const keys = (await app.bucket.keys()).filter((key) => !key.startsWith("incoming/"));
    const [notes, file] = [project.id, media.id].map((id) => keys.find((key) => key.includes(id))!);
    await app.s3.send(new DeleteObjectCommand({ Bucket, Key: notes }));
    await put(file!, Buffer.from("cut off"));
    expect(await integrity.inspect(true)).toMatchObject({ missing: [notes], mismatched: [file], left: [] });
    expect(await integrity.inspect(false)).toMatchObject({ missing: [], mismatched: [], left: [] });
    expect((await send(app, "GET", `/projects/${project.id}`, { headers: bearer(token) })).status).toBe(200);
    const { ContentType } = await app.s3.send(new HeadObjectCommand({ Bucket, Key: file }));
    expect(ContentType).toBe("audio/mpeg");
  });

  test("reports what it cannot repair, and keeps it", async () => {
    const lost = await newObject(54);
    const { Versions = [] } = await app.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: lost.key }));
    for (const { VersionId } of Versions)
      await app.s3.send(new DeleteObjectCommand({ Bucket, Key: lost.key, VersionId }));
    expect(await integrity.inspect(true)).toMatchObject({ missing: [lost.key], left: [lost.key] });
  });
});

describe("the integrity check, under concurrent changes,", () => {
  let storage: ReturnType<typeof openStorage>;
  const later = () => new Date(Date.now() + 2 * 3_600_000);

  beforeAll(() => {
    storage = openStorage(app.config, later);
  });
  afterAll(() => storage.close());

  /** Repairs, with a change right after the records, or those of many objects, were read. */
  function inspectWhile(happens: Partial<Record<"pages" | "known", () => Promise<unknown>>>) {
    const records = mysqlObjectRecords(storage.pool);
    const interrupted: ObjectRecords = {
      async *pages() {
        for await (const keys of records.pages()) {
          await happens.pages?.();
          yield keys;
        }
      },
      async known(keys) {
        const known = await records.known(keys);
        if (keys.length > 1) await happens.known?.();
        return known;
      },
    };
    return integrityCheck({ records: interrupted, objectStore: storage.objectStore, now: later })(true);
  }

  test("UPL-18 neither reports nor restores what its owner removes", async () => {
    const { id, key } = await newObject(55);
    const pages = () => send(app, "DELETE", `/images/${id}`, { headers: bearer(token) });
    expect((await inspectWhile({ pages })).missing).not.toContain(key);
    expect(await app.bucket.keys()).not.toContain(key);
  });

  test("UPL-18 keeps an object whose record is written", async () => {
    const { id, key } = await newObject(56);
    const [[row]] = await app.pool.query<RowDataPacket[]>("SELECT * FROM images WHERE id = ?", [id]);
    await app.pool.query("DELETE FROM images WHERE id = ?", [id]);
    const known = () => app.pool.query("INSERT IGNORE INTO images SET ?", [row]);
    expect((await inspectWhile({ known })).orphaned).not.toContain(key);
    expect(await app.bucket.keys()).toContain(key);
  });
});
