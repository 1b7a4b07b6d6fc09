import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { ObjectStore } from "../../../src/ports/object-store.ts";
import { integrityCheck } from "../../../src/usecases/operations/integrity.ts";

test("AUTH-30 what an account that is gone has left is removed once, before the objects that lead to it", async () => {
  const modifiedAt = new Date(0);
  const keys = ["notes/one/a/b/c.json", "media/one/d/e.mp3", "notes/two/a/b/c.json", "images/f/g.png"];
  const done: string[] = [];
  const objectStore = {
    async *list(prefix: string) {
      yield keys.filter((key) => key.startsWith(prefix)).map((key) => ({ key, modifiedAt }));
    },
    remove: async (key: string) => void done.push(key),
  } as Partial<ObjectStore> as ObjectStore;
  const records = { async *pages() {}, known: async () => new Set<string>() };
  const removeLeft = async (accountId: string) => {
    await sleep(1);
    done.push(accountId);
  };
  const inspect = integrityCheck({ records, objectStore, removeLeft, now: () => new Date() });
  expect((await inspect(false)).left).toHaveLength(4);
  expect(done).toEqual([]);
  await inspect(true);
  expect(done.toSorted()).toEqual([...keys, "one", "two"].toSorted());
  for (const key of keys.slice(0, 3))
    expect(done.indexOf(key)).toBeGreaterThan(done.indexOf(key.split("/")[1]!));
});

test("SLS-48 objects are read several at a time, each once, and not all at once", async () => {
  const keys = Array.from({ length: 100 }, (_, index) => `images/${index}/thumbnail.png`);
  const read: string[] = [];
  let [reading, most] = [0, 0];
  const objectStore = {
    async digest(key: string) {
      read.push(key);
      most = Math.max(most, (reading += 1));
      await sleep(1);
      reading -= 1;
      return key === keys[7] ? undefined : "digest";
    },
    async *list() {},
  } as Partial<ObjectStore> as ObjectStore;
  const records = {
    async *pages() {
      yield keys.slice(0, 60);
      yield keys.slice(60);
    },
    known: async (some: readonly string[]) => new Set(some),
  };
  const inspect = integrityCheck({ records, objectStore, now: () => new Date() });
  expect(await inspect(false)).toMatchObject({ checked: 100, missing: [keys[7]], left: [keys[7]] });
  expect(read.toSorted()).toEqual(keys.toSorted());
  expect(most).toBe(16);
});
