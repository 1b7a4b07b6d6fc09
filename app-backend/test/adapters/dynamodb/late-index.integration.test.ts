import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { after } from "../../../src/domain/time.ts";
import { at, reference, someFacts, someSave, someSession } from "../../contract/fixtures.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";
import { endpoints } from "./tables.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let stores: DynamodbStores;

beforeAll(async () => {
  stores = await openDynamodbStores({ at: endpoints.late });
});
afterAll(() => stores.close());

async function announced(accountId: string): Promise<string> {
  const id = randomUUID();
  await stores.images.add({ id, accountId, name: "a", contentType: "image/png", bytes: 100, createdAt: at });
  return id;
}

async function published(accountId: string): Promise<string> {
  const id = await announced(accountId);
  await stores.images.publish(id, renditionOf(id), at);
  return id;
}

test("an index answers later than its table here: otherwise the other tests prove nothing", async () => {
  const accountId = await stores.raw.addAccount();
  const id = await published(accountId);
  expect(await stores.images.get(id)).toHaveProperty("publishedAt");
  expect(await stores.images.list({ accountId, limit: 10 })).toEqual([]);
});

test("AUTH-30 all images of an account are withdrawn and removed, also those of a moment ago", async () => {
  const { accounts, images } = stores;
  const accountId = await stores.raw.addAccount();
  const ids = [await published(accountId), await announced(accountId), await published(accountId)];
  await accounts.markRemoved(accountId, at);
  await images.withdrawOfAccount(accountId);
  for (const id of ids) expect(await images.get(id)).not.toHaveProperty("publishedAt");
  const listed = await images.listWithdrawn(accountId, 100);
  expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  await images.removeWithdrawn(accountId, listed);
  expect(await images.listWithdrawn(accountId, 100)).toEqual([]);
  for (const id of ids) expect(await images.get(id)).toBeUndefined();
});

test("an upload that was discarded a moment ago is not listed as abandoned", async () => {
  const accountId = await stores.raw.addAccount();
  const [kept, discarded] = [await announced(accountId), await announced(accountId)];
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // the index has both
  await stores.images.removePending(discarded);
  const found = (await stores.images.listAbandoned(after(at, 1), 100)).map(({ id }) => id);
  expect(found).toContain(kept);
  expect(found).not.toContain(discarded);
});

test("SESS-09 all sessions of an account are ended, also one of a moment ago", async () => {
  const accountId = await stores.raw.addAccount();
  for (const _ of [1, 2, 3]) await stores.sessions.add(someSession(accountId));
  await stores.sessions.removeOfAccount(accountId);
  expect(await stores.sessions.listOfAccount(accountId)).toEqual([]);
});

test("AUTH-30 all projects and media of an account are removed, also those of a moment ago", async () => {
  const { projects, media, raw } = stores;
  const accountId = await raw.addAccount();
  const file = { id: randomUUID(), accountId };
  await media.add({ ...file, name: "a.mp3", bytes: 100, createdAt: at });
  const objectKey = `media/${accountId}/${file.id}/a.mp3`;
  await media.store(file, { sha256: reference(), contentType: "audio/mpeg", bytes: 100, objectKey }, at, at);
  const [live, binned, restored] = [1, 2, 3].map(() => ({ id: randomUUID(), accountId }));
  for (const project of [live!, binned!, restored!])
    await projects.add({ ...project, facts: someFacts({ mediaId: file.id }), save: someSave() });
  for (const project of [binned!, restored!]) await projects.bin(project, at);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // the index has both
  await projects.restore(restored!);
  expect(await projects.listBinned(after(at, 1), 100)).toEqual([binned]);
  await media.add({ id: randomUUID(), accountId, name: "b.mp3", bytes: 100, createdAt: at });
  expect(await media.listPending(accountId, 100)).toHaveLength(1);
  await projects.removeOfAccount(accountId);
  await media.removeOfAccount(accountId);
  const left = (await stores.tables.items()).filter(({ pk }) => pk?.S === `account#${accountId}`);
  expect(left.map(({ sk }) => sk?.S)).toEqual(["account"]);
});
