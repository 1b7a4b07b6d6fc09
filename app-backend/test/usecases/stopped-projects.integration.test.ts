import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mysqlLimits } from "../../src/adapters/mysql/limits.ts";
import { mysqlMedia } from "../../src/adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../../src/adapters/mysql/object-records.ts";
import { mysqlProjects } from "../../src/adapters/mysql/projects.ts";
import { s3ObjectStore } from "../../src/adapters/s3/object-store.ts";
import { signedUrls } from "../../src/adapters/s3/signed-urls.ts";
import { idOfText } from "../../src/compose/id-of-text.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { integrityCheck } from "../../src/usecases/operations/integrity.ts";
import { projectUseCases } from "../../src/usecases/projects.ts";
import { rateLimiter } from "../../src/usecases/rate-limiter.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { createBucket, createDatabase } from "../store.ts";

/** Called around each call of an adapter. */
type Around = <Result>(call: () => Promise<Result>) => Promise<Result>;

const now = () => new Date();
const twoHoursLater = () => new Date(Date.now() + 2 * 3_600_000);
const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
const notes = (text: string) => [{ type: "paragraph", children: [{ text }] }];
const stopped = new Error("stopped here");

let database: Awaited<ReturnType<typeof createDatabase>>;
let bucket: Awaited<ReturnType<typeof createBucket>>;
let objectStore: ObjectStore;

beforeAll(async () => {
  [database, bucket] = await Promise.all([createDatabase(), createBucket()]);
  const place = { client: bucket.client, bucket: bucket.config.bucket };
  objectStore = s3ObjectStore({ ...place, sign: signedUrls({ ...place, now }) });
  whole = projectsOver((call) => call());
});
afterAll(async () => {
  await Promise.all([database.drop(), bucket.drop()]);
});

/** The use cases over the real stores; `around` sees each call of theirs. */
function projectsOver(around: Around) {
  const seen = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name, self) => {
        const method: unknown = Reflect.get(target, name, self);
        return typeof method === "function"
          ? (...args: unknown[]) => around(async () => Reflect.apply(method, target, args))
          : method;
      },
    });
  const [projects, media] = [seen(mysqlProjects(database.pool)), seen(mysqlMedia(database.pool))];
  const ids = { newId: randomUUID, idOf: idOfText };
  const limits = seen(mysqlLimits(database.pool));
  const limiter = rateLimiter({ limits, auditLog: () => undefined, now });
  const stores = { projects, media, objectStore: seen(objectStore), rateLimiter: limiter };
  return projectUseCases({ ...stores, digest: sha256, now, ...ids });
}

let whole: ReturnType<typeof projectsOver>;

/** Stored media that no answer keeps any longer. */
async function addedMedia(accountId: string): Promise<string> {
  const id = randomUUID();
  const hash = sha256(id);
  const objectKey = `media/${accountId}/${id}/${hash}.mp3`;
  await objectStore.put(objectKey, Buffer.from(id), "audio/mpeg");
  const raw = rawMysql(database.pool);
  await raw.addMedia({ id, accountId, sha256: hash, objectKey, keptUntil: new Date(0) });
  await raw.setUsage(accountId, (await raw.usage(accountId)).summed);
  return id;
}

type Work = (use: ReturnType<typeof projectsOver>) => Promise<unknown>;

/** Each prepares a project of a new account, and returns its id and the work that is stopped. */
const works: Record<string, (accountId: string) => Promise<{ readonly id: string; readonly work: Work }>> = {
  "that is created": async (accountId) => {
    const key = randomUUID();
    const facts = { title: key, label: null, videoId: null, mediaId: await addedMedia(accountId) };
    const actor = { accountId, device: "Firefox" };
    const id = idOfText(`project ${accountId} ${key}`);
    return { id, work: (use) => use.create(actor, { ...facts, notes: notes("first") }, key) };
  },
  "that is saved": async (accountId) => {
    const { id, actor, revision } = await made(accountId);
    const change = { from: [revision], notes: notes("second"), key: randomUUID() };
    return { id, work: (use) => use.saveNotes(actor, id, change) };
  },
  "that gets other media": async (accountId) => {
    const { id, actor, revision } = await made(accountId);
    const facts = { mediaId: await addedMedia(accountId) };
    return { id, work: (use) => use.saveFacts(actor, id, { from: [revision], facts }) };
  },
  "that is removed": async (accountId) => {
    const { id } = await made(accountId);
    return { id, work: (use) => use.removeForever(accountId, id) };
  },
};

async function made(accountId: string) {
  const actor = { accountId, device: "Firefox" };
  const facts = { title: randomUUID(), label: null, videoId: null, mediaId: await addedMedia(accountId) };
  const { id, revision } = await whole.create(actor, { ...facts, notes: notes("first") });
  return { id, actor, revision };
}

/** What its owner sees of a project; undefined if it is not there. */
async function shown(accountId: string, id: string) {
  const project = await whole.get(accountId, id).catch(() => undefined);
  return (
    project && { version: project.version, media: project.media?.id, notes: await whole.notesOf(project) }
  );
}

/** Does the work until a call. Returns what it resolved to, or `stopped`. */
async function until(work: Work, stopAt: number, isDone: boolean): Promise<unknown> {
  let calls = 0;
  const use = projectsOver(async (call) => {
    calls += 1;
    if (calls < stopAt) return call();
    if (calls === stopAt && isDone) await call();
    throw stopped;
  });
  return work(use).catch((error: unknown) => {
    if (error === stopped) return stopped;
    throw error;
  });
}

test.each(Object.keys(works))(
  "PRJ-53 a project %s, stopped before or after any call, is as before or as after, and nothing is left",
  async (name) => {
    let points = 0;
    for (const isDone of [false, true]) {
      for (let stopAt = 1; ; stopAt += 1) {
        const accountId = await rawMysql(database.pool).addAccount();
        const { id, work } = await works[name]!(accountId);
        const before = await shown(accountId, id);
        const outcome = await until(work, stopAt, isDone);
        const found = await shown(accountId, id);
        // Acknowledged or not: the record decides, and a repetition is a success.
        if (outcome === stopped && JSON.stringify(found) === JSON.stringify(before)) await work(whole);
        expect(await shown(accountId, id)).not.toEqual(before);
        const { counted, summed } = await rawMysql(database.pool).usage(accountId);
        expect(counted).toEqual(summed);
        if (outcome !== stopped) break;
        points += 1;
      }
    }
    expect(points).toBeGreaterThan(1);
    const inspect = integrityCheck({
      records: mysqlObjectRecords(database.pool, ["project_versions", "media"]),
      objectStore,
      now: twoHoursLater,
    });
    expect(await inspect(true)).toMatchObject({ missing: [], mismatched: [], left: [] });
    expect(await inspect(false)).toMatchObject({ missing: [], mismatched: [], orphaned: [], left: [] });
  },
);
