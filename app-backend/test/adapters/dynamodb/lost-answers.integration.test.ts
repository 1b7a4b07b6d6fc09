import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { after } from "../../../src/domain/time.ts";
import {
  at,
  holderOf,
  reference,
  someAccount,
  someFacts,
  someSave,
  someSession,
} from "../../contract/fixtures.ts";
import { faultyDynamodb, onWrites } from "./faulty-dynamodb.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";
import { endpoints } from "./tables.ts";

const rounds = 20;
const rule = { name: "test", free: 3, delayMs: 1000, maxDelayMs: 5000, forgetMs: 60_000 };
jest.setTimeout(240_000);

// The emulator itself ignores tokens of transactions: there our own conditions must find out.
describe.each([
  ["transactions with tokens", endpoints.serial],
  ["conditions alone", endpoints.bare],
])("a write whose answer was lost, by %s", (_by, url) => {
  let proxy: Awaited<ReturnType<typeof faultyDynamodb>>;
  let stores: DynamodbStores;
  let accountId: string;

  // New tables for each test: a transaction of the emulator takes time by the size of its tables.
  beforeEach(async () => {
    proxy = await faultyDynamodb(url);
    stores = await openDynamodbStores({ at: url, through: proxy.url });
    accountId = await stores.raw.addAccount();
    await stores.images.add(pending()); // registers its feed
  });
  afterEach(async () => {
    proxy.close();
    await stores.close();
  });

  const pending = () => ({
    id: randomUUID(),
    accountId,
    name: "a",
    contentType: "image/png",
    bytes: 100,
    createdAt: at,
  });

  /** The first write of `work` is carried out, and its answer is dropped. */
  async function lost<Result>(work: () => Promise<Result>): Promise<Result> {
    proxy.requests.length = 0;
    // The SDK pauses before it repeats, and repeats no more after some hundred lost answers.
    Object.assign(await stores.client.config.retryStrategy(), { capacity: 500, baseDelay: 0 });
    proxy.decideBy(onWrites("answer is lost"));
    try {
      return await work();
    } finally {
      proxy.decideBy(() => undefined);
    }
  }

  test("SLS-19 rotates a session once, and reports it", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const session = someSession(accountId);
      await stores.sessions.add(session);
      const step = { ...holderOf(session), credentialVersion: 0, from: session.current, to: reference() };
      const times = { currentSince: at, at: after(at, 1000), idleEndsAt: after(at, 2000) };
      expect(await lost(() => stores.sessions.rotate({ ...step, ...times }))).toBe(true);
      expect(proxy.requests.length).toBe(2);
      // Another one of the same token is refused, whatever was lost.
      expect(await lost(() => stores.sessions.rotate({ ...step, ...times, to: reference() }))).toBe(false);
      expect((await stores.sessions.get(holderOf(session)))?.current).toBe(step.to);
      await stores.sessions.remove(holderOf(session));
    }
  });

  test("SLS-19 opens a session", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const session = someSession(accountId);
      await lost(() => stores.sessions.add(session));
      expect(await stores.sessions.get(holderOf(session))).toEqual({ ...session, accountVersion: 0 });
      await stores.sessions.remove(holderOf(session));
    }
  });

  test("SLS-19 counts an attempt once, also the only one, and refunds one once", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const subject = randomUUID();
      const consume = () => stores.limits.consume(rule, subject, at);
      for (const _ of [1, 2, 3]) expect(await lost(consume)).toBe(0);
      await lost(() => stores.limits.refund(rule, subject));
      expect(await consume()).toBe(0);
      expect(await consume()).toBe(1000);
      const single = { ...rule, free: 1 };
      expect(await lost(() => stores.limits.consume(single, `${subject} 1`, at))).toBe(0);
      expect(await stores.limits.consume(single, `${subject} 1`, at)).toBe(1000);
    }
  });

  test("SLS-19 announces, publishes and removes an image, and counts it once", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const image = pending();
      expect(await lost(() => stores.images.add(image))).toBe(true);
      const rendition = renditionOf(image.id);
      expect(await lost(() => stores.images.publish(image.id, rendition, at))).toBe(true);
      expect(await stores.images.publish(image.id, rendition, after(at, 1))).toBe(false);
      if (round % 2 > 0) expect(await lost(() => stores.images.remove(image.id))).toMatchObject(rendition);
    }
    const counted = await stores.db.get({ table: "records", pk: `account#${accountId}`, sk: "account" });
    expect(counted).toMatchObject({ images: { N: "11" }, imageBytes: { N: String(100 + 10 * 90) } });
  });

  test("SLS-19 adds an account, changes its picture and its password, and marks it as removed", async () => {
    await stores.accounts.add(someAccount(), "registers the month");
    for (let round = 0; round < rounds; round += 1) {
      const account = someAccount();
      await lost(() => stores.accounts.add(account, "first"));
      expect(await stores.accounts.getByEmail(account.email)).toEqual(account);
      const { id, email, pictureKey } = account;
      expect(await lost(() => stores.accounts.replacePicture(id, pictureKey, "pictures/b"))).toBe(true);
      expect(await lost(() => stores.hashes.replace(id, { from: 0, to: "second" }))).toBe(1);
      await lost(() => stores.accounts.markRemoved(id, at));
      expect(await stores.accounts.get(id)).toBeUndefined();
      const other = someAccount({ email });
      await stores.accounts.add(other, "first");
      await expect(lost(() => stores.accounts.add(account, "late"))).rejects.toMatchObject({
        code: "email_taken",
      });
    }
  });

  test("SLS-19 adds, saves, renames, bins, restores and removes a project, and counts it and its media once", async () => {
    const { projects, media, raw } = stores;
    for (let round = 0; round < 2; round += 1) {
      const file = { id: randomUUID(), accountId, name: "a.mp3", bytes: 100, createdAt: at };
      expect(await lost(() => media.add(file))).toBe(true);
      const objectKey = `media/a/${file.id}/a.mp3`;
      const stored = { sha256: reference(), contentType: "audio/mpeg", bytes: 90, objectKey };
      const store = (of: typeof file) => lost(() => media.store(of, stored, at, at));
      expect(await store(file)).toMatchObject({ id: file.id, objectKey });
      const duplicate = { ...file, id: randomUUID() };
      await media.add(duplicate);
      expect(await store(duplicate)).toMatchObject({ id: file.id });
      await lost(() => media.removePending(duplicate));

      const project = { id: randomUUID(), accountId };
      const facts = someFacts({ mediaId: file.id });
      const [first, second] = [someSave(), someSave()];
      expect(await lost(() => projects.add({ ...project, facts, save: first }))).toBe(true);
      expect(await lost(() => projects.add({ ...project, facts, save: someSave() }))).toBe(false);
      expect(await lost(() => projects.save(project, first.revision, second))).toBe(true);
      expect(await lost(() => projects.save(project, first.revision, someSave()))).toBe(false);
      const change = { revision: randomUUID(), device: "curl", at };
      const rename = (title: string) =>
        lost(() => projects.replaceFacts(project, second.revision, { ...facts, title }, change));
      expect(await rename(`Other ${project.id}`)).toEqual([]);
      expect(await lost(() => projects.bin(project, at))).toBe(true);
      expect(await lost(() => projects.bin(project, after(at, 1)))).toBe(false);
      expect(await lost(() => projects.restore(project))).toBe(true);
      expect(await lost(() => projects.removeVersions(project, [1]))).toEqual([first.notes.key]);
      expect((await projects.listVersions(project)).map(({ version }) => version)).toEqual([2]);
      expect(await lost(() => projects.remove(project, at))).toEqual([second.notes.key, objectKey]);
      expect(await lost(() => projects.remove(project, at))).toBeUndefined();
    }
    const { counted, summed } = await raw.usage(accountId);
    expect([counted, summed.projects, summed.mediaFiles]).toEqual([summed, 0, 0]);
  });
});
