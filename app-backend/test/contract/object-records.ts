import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { ObjectRecords } from "../../src/ports/object-records.ts";
import { reference } from "./fixtures.ts";
import { type Open, type RawProjectStore, whileOpen } from "./opened.ts";

/** `pageRecords` is how many records make a page. */
export function objectRecordsContract(open: Open<ObjectRecords, RawProjectStore>, pageRecords = 500): void {
  const opened = whileOpen(open);

  async function keysOfAllPages(): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of opened().port.pages()) keys.push(...page);
    return keys;
  }

  describe("object records", () => {
    test("list the objects that published images and accounts point at", async () => {
      const { port: records, raw } = opened();
      const accountId = await raw.addAccount();
      const [id, pending] = [randomUUID(), randomUUID()];
      const keys = [`images/${id}/a.jpg`, `images/${id}/b.webp`];
      await raw.addImage({ id, accountId, objectKeys: keys });
      await raw.addImage({ id: pending, accountId, objectKeys: [] });
      const all = await keysOfAllPages();
      expect(all).toEqual(expect.arrayContaining([...keys, `pictures/${accountId}/a.png`]));
      expect(all.filter((key) => key.includes(pending))).toEqual([]);
      const stranger = `images/${id}/stranger.png`;
      expect(await records.known([keys[0]!, stranger])).not.toContain(stranger);
      expect(await records.known([keys[0]!, stranger])).toContain(keys[0]);
      expect(await records.known([])).toEqual(new Set());
    });

    test("list the objects of media and of all kept notes, once however many projects use them", async () => {
      const { port: records, raw } = opened();
      const accountId = await raw.addAccount();
      const [mediaId, projectId, otherId] = [randomUUID(), randomUUID(), randomUUID()];
      const media = `media/${accountId}/${mediaId}/a.mp3`;
      const sha256 = reference();
      await raw.addMedia({ id: mediaId, accountId, sha256, objectKey: media, keptUntil: new Date() });
      const notes = [projectId, otherId].map((id) => `notes/${accountId}/${id}/b/a.json`);
      for (const [index, id] of [projectId, otherId].entries())
        await raw.addProject({ id, accountId, notesKey: notes[index]!, mediaId });
      const own = (await keysOfAllPages()).filter((key) => key.includes(accountId));
      expect(own.toSorted()).toEqual([media, ...notes, `pictures/${accountId}/a.png`].toSorted());
      const strangers = [`media/${accountId}/${mediaId}/b.mp3`, `notes/${accountId}/${projectId}/c/a.json`];
      expect(await records.known([...own, ...strangers])).toEqual(new Set(own));
    });

    test("list the objects of more than one page, each once", async () => {
      const { raw } = opened();
      const added: string[] = [];
      while (added.length <= pageRecords)
        added.push(...(await Promise.all([1, 2, 3].map(() => raw.addAccount()))));
      const keys = await keysOfAllPages();
      expect(keys).toEqual(expect.arrayContaining(added.map((id) => `pictures/${id}/a.png`)));
      expect(new Set(keys).size).toBe(keys.length);
    });
  });
}
