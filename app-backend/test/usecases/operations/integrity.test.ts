import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import type { ObjectStore } from "../../../src/ports/object-store.ts";
import { integrityCheck } from "../../../src/usecases/operations/integrity.ts";

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
