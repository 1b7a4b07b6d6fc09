import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../src/adapters/mysql/accounts.ts";
import { mysqlLimits } from "../../src/adapters/mysql/limits.ts";
import { mysqlMedia } from "../../src/adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../../src/adapters/mysql/object-records.ts";
import { mysqlProjects } from "../../src/adapters/mysql/projects.ts";
import { openS3 } from "../../src/adapters/s3/client.ts";
import { s3ObjectStore } from "../../src/adapters/s3/object-store.ts";
import { signedUrls } from "../../src/adapters/s3/signed-urls.ts";
import { idOfText } from "../../src/compose/id-of-text.ts";
import { binLifeMs, type Project } from "../../src/domain/project.ts";
import { after } from "../../src/domain/time.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { integrityCheck } from "../../src/usecases/operations/integrity.ts";
import { binEmptying } from "../../src/usecases/operations/bin.ts";
import { type Actor, projectUseCases, type Wishes } from "../../src/usecases/projects.ts";
import { rateLimiter } from "../../src/usecases/rate-limiter.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { createBucket, createDatabase } from "../store.ts";

let database: Awaited<ReturnType<typeof createDatabase>>;
let bucket: Awaited<ReturnType<typeof createBucket>>;
let objectStore: ObjectStore;
let projects: ReturnType<typeof openProjects>;
let actor: Actor;
let at: Date;

const now = () => at;

beforeAll(async () => {
  [database, bucket] = await Promise.all([createDatabase(), createBucket()]);
  objectStore = openObjects(bucket.client);
  projects = openProjects(objectStore);
});
afterAll(async () => {
  await Promise.all([database.drop(), bucket.drop()]);
});
beforeEach(async () => {
  at = new Date("2026-06-01T10:00:00.000Z");
  actor = { accountId: await raw().addAccount(), device: "Firefox on Linux" };
});

const raw = () => rawMysql(database.pool);

function openObjects(client: ReturnType<typeof openS3>): ObjectStore {
  const place = { client, bucket: bucket.config.bucket };
  return s3ObjectStore({ ...place, sign: signedUrls({ ...place, now }) });
}

function openProjects(objects: ObjectStore) {
  const [stored, media] = [mysqlProjects(database.pool), mysqlMedia(database.pool)];
  const digest = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
  const ids = { newId: randomUUID, idOf: idOfText };
  const limiter = rateLimiter({ limits: mysqlLimits(database.pool), auditLog: () => undefined, now });
  const stores = { projects: stored, media, objectStore: objects, rateLimiter: limiter };
  return projectUseCases({ ...stores, digest, now, ...ids });
}

const wishes = (facts: Partial<Wishes> = {}): Wishes => ({
  title: `Lecture ${randomUUID()}`,
  label: null,
  videoId: null,
  mediaId: null,
  ...facts,
});
const notes = (text: string) => [{ type: "paragraph", children: [{ text }] }];
const created = (facts: Partial<Wishes> = {}, key?: string) =>
  projects.create(actor, { ...wishes(facts), notes: notes("first") }, key);
const save = ({ id, revision }: Project, text: string, key?: string) =>
  projects.saveNotes(actor, id, { from: [revision], notes: notes(text), key });

/** Keys of the account's objects. */
const objects = async () => (await bucket.keys()).filter((key) => key.includes(actor.accountId));

/** Stored media with its object, which was answered that long ago. */
async function addedMedia(ageMs = 2 * 24 * 3_600_000): Promise<{ id: string; objectKey: string }> {
  const [id, { accountId }] = [randomUUID(), actor];
  const sha256 = createHash("sha256").update(id).digest("hex");
  const objectKey = `media/${accountId}/${id}/${sha256}.mp3`;
  await objectStore.put(objectKey, Buffer.from(id), "audio/mpeg");
  await raw().addMedia({ id, accountId, sha256, objectKey, keptUntil: after(at, 24 * 3_600_000 - ageMs) });
  const { summed } = await raw().usage(accountId);
  await raw().setUsage(accountId, summed);
  return { id, objectKey };
}

/** The account counts what is there, and has the objects that its records name and no other. */
async function requireConsistent(): Promise<void> {
  const { counted, summed } = await raw().usage(actor.accountId);
  expect(counted).toEqual(summed);
  const sql = `SELECT v.notes_key AS name FROM project_versions v JOIN projects p ON p.id = v.project_id
    WHERE p.account_id = ? UNION SELECT object_key AS name FROM media WHERE account_id = ? AND stored_at IS NOT NULL`;
  const [rows] = await database.pool.query<RowDataPacket[]>(sql, [actor.accountId, actor.accountId]);
  const named = rows.map(({ name }) => String(name));
  expect((await objects()).toSorted()).toEqual(named.toSorted());
}

const refusals = (results: PromiseSettledResult<unknown>[]) =>
  results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));

describe("a project", () => {
  test("is created, read, saved and gone back with", async () => {
    const project = await created({ label: "Week 1" });
    expect(await projects.get(actor.accountId, project.id)).toEqual(project);
    expect(await projects.notesOf(project)).toEqual(notes("first"));
    at = after(at, 5_000);
    const saved = await save(project, "second");
    expect(saved).toEqual(await projects.get(actor.accountId, project.id));
    expect(saved).toMatchObject({ version: 2, savedAt: at, createdAt: project.createdAt });
    const first = await projects.getVersion(actor.accountId, project.id, 1);
    expect(first.notes).toEqual(notes("first"));
    const back = await projects.saveNotes(actor, project.id, { from: [saved.revision], notes: first.notes });
    expect(back.version).toBe(3);
    expect(await projects.notesOf(back)).toEqual(notes("first"));
    await requireConsistent();
  });

  test("PRJ-11 that is created again under its key is the one that is there, also in parallel", async () => {
    const key = randomUUID();
    const facts = wishes();
    const tries = await Promise.all([1, 2, 3, 4].map(() => created(facts, key)));
    expect(new Set(tries.map(({ id }) => id)).size).toBe(1);
    const again = await created({ ...facts, title: "Another title" }, key);
    expect(again).toEqual(tries[0]);
    expect(await objects()).toHaveLength(1);
    const other = await created({}, randomUUID());
    expect(other.id).not.toBe(again.id);
    actor = { ...actor, accountId: await raw().addAccount() };
    expect((await created({}, key)).id).not.toBe(again.id);
    await requireConsistent();
  });

  test("PRJ-05 of 10 parallel saves one wins, the others report what is there, and leave no object", async () => {
    let project = await created();
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) => save(project, `${round} ${index}`)),
      );
      const [won, ...more] = results.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      expect(more).toEqual([]);
      for (const result of results.filter(({ status }) => status === "rejected"))
        expect(result).toMatchObject({
          reason: { code: "stale_version", current: { version: won!.version, etag: `"${won!.revision}"` } },
        });
      project = won!;
    }
    expect(await objects()).toHaveLength(6);
    await requireConsistent();
  });

  test("PRJ-02 a save that is repeated because its reply was lost is no conflict, whatever came after it", async () => {
    const project = await created();
    const key = randomUUID();
    const saved = await save(project, "mine", key);
    expect(await save(project, "mine", key)).toEqual(saved);
    expect(saved.version).toBe(2);
    const later = await save(saved, "a later one");
    const stale = { code: "stale_version", current: { version: 3, saved: 2, etag: `"${later.revision}"` } };
    await expect(save(project, "mine", key)).rejects.toMatchObject(stale);
    const other = { code: "stale_version", current: { saved: null } };
    await expect(save(project, "not mine", randomUUID())).rejects.toMatchObject(other);
    await expect(save(project, "not mine")).rejects.toMatchObject(other);
    expect(await objects()).toHaveLength(3);
  });

  test("PRJ-03 a title that changed while notes are saved is reported with the hash of unchanged notes", async () => {
    const project = await created();
    const facts = { title: `New ${randomUUID()}` };
    const renamed = await projects.saveFacts(actor, project.id, { from: [project.revision], facts });
    expect(renamed).toMatchObject({ ...facts, version: 1 });
    const current = { title: facts.title, notesSha256: project.notes.sha256, etag: `"${renamed.revision}"` };
    await expect(save(project, "second")).rejects.toMatchObject({ code: "stale_version", current });
    expect((await save(renamed, "second")).version).toBe(2);
    const again = await projects.saveFacts(actor, project.id, { from: ["another"], facts });
    expect(again.version).toBe(2);
  });

  test("PRJ-05 a list of revisions with the current one replaces it, and one without does not", async () => {
    const project = await created();
    const change = (from: string[]) =>
      projects.saveNotes(actor, project.id, { from, notes: notes(from.join()) });
    await expect(change(["6", ""])).rejects.toMatchObject({ code: "stale_version" });
    expect((await change(["6", project.revision])).version).toBe(2);
  });

  test("PRJ-10 has the type of its media or video, of which one replaces the other", async () => {
    const media = await addedMedia();
    const project = await created({ mediaId: media.id });
    expect(project).toMatchObject({ type: "audio", media: { id: media.id, objectKey: media.objectKey } });
    const change = async (facts: Partial<Wishes>, type?: "pdf") => {
      const { revision } = await projects.get(actor.accountId, project.id);
      return projects.saveFacts(actor, project.id, { from: [revision], facts, type });
    };
    await expect(change({ label: "a" }, "pdf")).rejects.toMatchObject({ code: "invalid_input" });
    await expect(change({ mediaId: media.id, videoId: "abcdefghijk" })).rejects.toMatchObject({
      code: "invalid_input",
    });
    const unknown = { mediaId: randomUUID() };
    await expect(change(unknown)).rejects.toMatchObject({ code: "media_gone" });
    await expect(created(unknown)).rejects.toMatchObject({ code: "media_gone" });
    expect(await change({ videoId: "abcdefghijk" })).toMatchObject({ type: "youtube", media: null });
    expect(await objects()).not.toContain(media.objectKey);
    expect(await change({ videoId: null })).toMatchObject({ type: "none", videoId: null });
    await requireConsistent();
  });

  test("PRJ-42 media that was answered within a day stays without a project", async () => {
    const media = await addedMedia(3_600_000);
    const project = await created({ mediaId: media.id });
    await projects.removeForever(actor.accountId, project.id);
    expect(await objects()).toEqual([media.objectKey]);
    const next = await created({ mediaId: media.id });
    at = after(at, 2 * 24 * 3_600_000);
    await projects.removeForever(actor.accountId, next.id);
    expect(await objects()).toEqual([]);
    await requireConsistent();
  });

  test("PRJ-13 in the bin is neither saved nor changed, and is restored with all versions", async () => {
    const project = await created();
    const saved = await save(project, "second");
    for (let times = 0; times < 2; times += 1) await projects.bin(actor.accountId, project.id);
    await expect(save(saved, "third")).rejects.toMatchObject({ code: "in_bin" });
    await expect(save(saved, "second")).rejects.toMatchObject({ code: "in_bin" });
    const renaming = projects.saveFacts(actor, project.id, { from: [saved.revision], facts: { title: "a" } });
    await expect(renaming).rejects.toMatchObject({ code: "in_bin" });
    expect(await objects()).toHaveLength(2);
    const namesake = await created({ title: project.title });
    const restoring = projects.restore(actor.accountId, project.id);
    await expect(restoring).rejects.toMatchObject({ code: "title_taken" });
    await projects.removeForever(actor.accountId, namesake.id);
    for (let times = 0; times < 2; times += 1)
      expect(await projects.restore(actor.accountId, project.id)).toEqual(saved);
    expect((await save(saved, "third")).version).toBe(3);
    await requireConsistent();
  });

  test("of another account or removed is not found by anything", async () => {
    const project = await created();
    const stranger = { ...actor, accountId: await raw().addAccount() };
    const refused = expect.objectContaining({ code: "not_found" });
    const { id, revision } = project;
    const missing = async ({ accountId, device }: Actor) => {
      for (const call of [
        () => projects.get(accountId, id),
        () => projects.saveNotes({ accountId, device }, id, { from: [revision], notes: [] }),
        () => projects.saveFacts({ accountId, device }, id, { from: [revision], facts: { title: "a" } }),
        () => projects.bin(accountId, id),
        () => projects.restore(accountId, id),
        () => projects.removeForever(accountId, id),
        () => projects.listVersions(accountId, id),
        () => projects.getVersion(accountId, id, 1),
      ])
        await expect(call()).rejects.toEqual(refused);
    };
    await missing(stranger);
    await projects.removeForever(actor.accountId, id);
    await missing(actor);
    expect(await objects()).toEqual([]);
  });

  test("PRJ-54 keeps its newest versions and the last of each hour, and their objects alone", async () => {
    let project = await created();
    for (let index = 0; index < 40; index += 1) {
      at = after(at, 7 * 60_000);
      project = await save(project, `text ${index}`);
    }
    const versions = await projects.listVersions(actor.accountId, project.id);
    expect(versions.length).toBeLessThan(30);
    expect(versions.slice(0, 20).map(({ version }) => version)).toEqual(
      Array.from({ length: 20 }, (_, index) => 41 - index),
    );
    expect((await objects()).toSorted()).toEqual(versions.map(({ notes: { key } }) => key).toSorted());
    const gone = projects.getVersion(actor.accountId, project.id, 2);
    await expect(gone).rejects.toMatchObject({ code: "not_found" });
    await requireConsistent();
  });

  test("whose object is lost opens without its notes, and is saved again", async () => {
    const project = await created();
    await objectStore.removeAll(await objects());
    await expect(projects.notesOf(project)).rejects.toMatchObject({ code: "notes_missing" });
    expect(await projects.notesOf(await save(project, "again"))).toEqual(notes("again"));
    await projects.removeForever(actor.accountId, project.id);
  });

  test("REL-06 with S3 away is listed, renamed and binned; a save is unavailable and leaves no version", async () => {
    const project = await created();
    const busy = createServer((_req, res) => res.writeHead(503).end()).listen(0, "127.0.0.1");
    await once(busy, "listening");
    const { port } = busy.address() as AddressInfo;
    const away = openS3({ ...bucket.config, endpoint: `http://127.0.0.1:${port}` });
    const without = openProjects(openObjects(away));
    const saving = without.saveNotes(actor, project.id, { from: [project.revision], notes: notes("b") });
    await expect(saving).rejects.toMatchObject({ code: "unavailable" });
    const { items } = await without.list({ accountId: actor.accountId, limit: 10 });
    expect(items).toEqual([project]);
    const facts = { title: `Away ${randomUUID()}` };
    await without.saveFacts(actor, project.id, { from: [project.revision], facts });
    await without.bin(actor.accountId, project.id);
    await without.restore(actor.accountId, project.id);
    expect(await without.listVersions(actor.accountId, project.id)).toHaveLength(1);
    away.destroy();
    busy.close();
    await requireConsistent();
  });
});

test("PRJ-51 pages are full, and the last has no next", async () => {
  for (let count = 0; count < 5; count += 1) await created();
  const page = async (next?: Project) => {
    const from = next && { at: next.savedAt, id: next.id };
    return projects.list({ accountId: actor.accountId, after: from, limit: 2 });
  };
  const first = await page();
  const second = await page(first.items.at(-1));
  const third = await page(second.items.at(-1));
  expect([first, second, third].map(({ items }) => items.length)).toEqual([2, 2, 1]);
  expect([first, second, third].map(({ next }) => next !== undefined)).toEqual([true, true, false]);
  expect(second.next).toEqual({ at: second.items[1]!.savedAt, id: second.items[1]!.id });
});

test("PRJ-12 a project that is created while its account is removed is refused as not signed in, or removed", async () => {
  const accounts = mysqlAccounts(database.pool);
  for (let round = 0; round < 15; round += 1) {
    actor = { ...actor, accountId: await raw().addAccount() };
    const results = await Promise.allSettled([
      created(),
      accounts.markRemoved(actor.accountId, at).then(() => accounts.remove(actor.accountId)),
    ]);
    const isCreated = results[0].status === "fulfilled";
    expect(refusals(results).filter((code) => !["not_signed_in", "not_found"].includes(code))).toEqual([]);
    expect(await raw().count(actor.accountId)).toBe(0);
    if (!isCreated && refusals(results)[0] === "not_signed_in") expect(await objects()).toEqual([]);
    await objectStore.removeAll(await objects());
  }
});

test("PRJ-16 after many mixed operations at once everything is counted, and nothing is left behind", async () => {
  const media = [await addedMedia(), await addedMedia()];
  const random = sequence(42);
  const all: Project[] = [];
  for (let round = 0; round < 30; round += 1) {
    const some = async (): Promise<unknown> => {
      const known = all[random(all.length)];
      const mediaId = random(2) === 0 ? media[random(2)]!.id : null;
      const choice = known ? random(7) : 0;
      if (choice === 0 || !known) return all.push(await created({ mediaId }));
      const { id } = known;
      const project = await projects.get(actor.accountId, id);
      if (choice === 1) return projects.bin(actor.accountId, id);
      if (choice === 2) return projects.restore(actor.accountId, id);
      if (choice === 3) return projects.removeForever(actor.accountId, id);
      if (choice === 4)
        return projects.saveFacts(actor, id, { from: [project.revision], facts: { mediaId } });
      return save(project, String(random(1_000)));
    };
    const results = await Promise.allSettled(Array.from({ length: 6 }, some));
    const unexpected = refusals(results).filter(
      (code) => !["not_found", "in_bin", "stale_version", "media_gone"].includes(code),
    );
    expect(unexpected).toEqual([]);
  }
  await requireConsistent();
});

describe("emptying the bin", () => {
  /** `around` sees each call of a store; it may stop there. */
  function emptying(around: (call: () => unknown) => unknown = (call) => call()) {
    const seen = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
          return (...args: unknown[]) => around(() => method(...args));
        },
      });
    return binEmptying({
      projects: seen(mysqlProjects(database.pool)),
      objectStore: seen(objectStore),
      now,
    })();
  }

  beforeEach(async () => {
    at = after(at, 2 * binLifeMs);
    await emptying(); // of what other tests left
  });

  test("PRJ-53 removes what is there for 30 days, with media of a last use, and nothing younger", async () => {
    const media = await addedMedia();
    const [old, young, live] = [await created({ mediaId: media.id }), await created(), await created()];
    await projects.bin(actor.accountId, old.id);
    at = after(at, 1);
    await projects.bin(actor.accountId, young.id);
    at = after(at, binLifeMs);
    expect(await emptying()).toBe(1);
    await expect(projects.get(actor.accountId, old.id)).rejects.toMatchObject({ code: "not_found" });
    const kept = [young, live].map(({ notes: { key } }) => key);
    expect((await objects()).toSorted()).toEqual(kept.toSorted());
    await requireConsistent();
  });

  test.each([
    ["before", false],
    ["after", true],
  ])("PRJ-53 that stops %s any call is completed by the next one and the check", async (_when, isDone) => {
    const stopped = new Error("stopped here");
    for (let stopAt = 1; ; stopAt += 1) {
      for (const { id } of [await created(), await created()]) await projects.bin(actor.accountId, id);
      at = after(at, binLifeMs + 1);
      let calls = 0;
      const outcome = await emptying(async (call) => {
        calls += 1;
        if (calls < stopAt) return call();
        if (calls === stopAt && isDone) await call();
        throw stopped;
      }).catch((error: unknown) => error);
      await emptying();
      expect((await raw().usage(actor.accountId)).summed.projects).toBe(0);
      if (outcome === 2) break;
      expect(stopAt).toBeLessThan(10);
    }
    const records = mysqlObjectRecords(database.pool);
    const later = () => new Date(Date.now() + 2 * 3_600_000);
    await integrityCheck({ records, objectStore, now: later })(true);
    await requireConsistent();
  });
});

/** Numbers below a limit that are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}
