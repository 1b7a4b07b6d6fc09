import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { mediaQuota, type PendingMedia, type StoredMedia } from "../../src/domain/media.ts";
import { after } from "../../src/domain/time.ts";
import type { MediaFiles } from "../../src/ports/media.ts";
import { at, reference } from "./fixtures.ts";
import { type Open, type RawProjectStore, whileOpen } from "./opened.ts";

const keptUntil = after(at, 1000);

export function mediaContract(open: Open<MediaFiles, RawProjectStore>): void {
  const opened = whileOpen(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
  });

  const pending = (facts: Partial<PendingMedia> = {}): PendingMedia => ({
    id: randomUUID(),
    accountId,
    name: "Vorlesung ä 漢字.mp3",
    bytes: 100,
    createdAt: at,
    ...facts,
  });
  const storedOf = ({ id }: PendingMedia, facts: Partial<StoredMedia> = {}): StoredMedia => ({
    sha256: reference(),
    contentType: "audio/mpeg",
    bytes: 100,
    objectKey: `media/account/${id}/a.mp3`,
    ...facts,
  });

  async function added(facts: Partial<PendingMedia> = {}): Promise<PendingMedia> {
    const media = pending(facts);
    expect(await opened().port.add(media)).toBe(true);
    return media;
  }

  async function stored(facts: Partial<StoredMedia> = {}): Promise<PendingMedia> {
    const media = await added();
    await opened().port.store(media, storedOf(media, facts), at, keptUntil);
    return media;
  }

  async function used(media: PendingMedia): Promise<void> {
    const id = randomUUID();
    await opened().raw.addProject({ id, accountId, notesKey: `notes/a/${id}/b.json`, mediaId: media.id });
  }

  async function requireCounted(): Promise<void> {
    const { counted, summed } = await opened().raw.usage(accountId);
    const { mediaFiles, mediaBytes } = summed;
    expect(counted).toMatchObject({ mediaFiles, mediaBytes });
  }

  describe("media", () => {
    test("media reads back as it was added, then as it was stored", async () => {
      const { port: media } = opened();
      const file = await added();
      expect(await media.get(file)).toEqual(file);
      const facts = storedOf(file);
      const whole = { ...file, ...facts, storedAt: after(at, 5), keptUntil };
      expect(await media.store(file, facts, after(at, 5), keptUntil)).toEqual(whole);
      expect(await media.get(file)).toEqual(whole);
      expect(await media.remove(file)).toEqual(whole);
      expect(await media.get(file)).toBeUndefined();
      await requireCounted();
    });

    test("media that is not there is undefined, is not stored, and removing it is no error", async () => {
      const { port: media, raw } = opened();
      const nothing = pending();
      expect(await media.get(nothing)).toBeUndefined();
      expect(await media.store(nothing, storedOf(nothing), at, keptUntil)).toBeUndefined();
      expect(await media.remove(nothing)).toBeUndefined();
      await media.removePending(nothing);
      expect(await raw.count(nothing.id)).toBe(0);
    });

    test("AZ-01 under another account media is not found by any method", async () => {
      const { port: media, raw } = opened();
      const [file, open] = [await stored(), await added()];
      const stranger = await raw.addAccount();
      for (const { id } of [file, open]) {
        const theirs = { id, accountId: stranger };
        expect(await media.get(theirs)).toBeUndefined();
        expect(await media.store(theirs, storedOf(file), at, keptUntil)).toBeUndefined();
        expect(await media.remove(theirs)).toBeUndefined();
        await media.removePending(theirs);
      }
      expect(await media.list({ accountId: stranger, limit: 10 })).toEqual([]);
      expect(await media.list({ accountId, limit: 10 })).toHaveLength(2);
    });

    test("PRJ-11 media of the same id is added once", async () => {
      const { port: media } = opened();
      const file = pending();
      const tries = await Promise.all([1, 2, 3, 4].map(() => media.add(file)));
      expect(tries.filter(Boolean)).toHaveLength(1);
      await requireCounted();
    });

    test("PRJ-12 an account that is gone or marked as removed gets no media, and stores none", async () => {
      const { port: media, raw } = opened();
      const removed = await raw.addAccount({ isRemoved: true });
      for (const gone of [removed, randomUUID()]) {
        const file = pending({ accountId: gone });
        await expect(media.add(file)).rejects.toMatchObject({ code: "not_signed_in" });
        const storing = media.store(file, storedOf(file), at, keptUntil);
        await expect(storing).rejects.toMatchObject({ code: "not_signed_in" });
        expect(await raw.count(file.id)).toBe(0);
      }
    });

    test("PRJ-41 the same bytes 10 times at once are one record, counted once; another account has its own", async () => {
      const { port: media, raw } = opened();
      const sha256 = reference();
      const files = [];
      for (let count = 0; count < 10; count += 1) files.push(await added({ name: `${count}.mp3` }));
      const results = await Promise.all(
        files.map((file) => media.store(file, storedOf(file, { sha256 }), at, keptUntil)),
      );
      const ids = new Set(results.map((result) => result?.id));
      expect(ids.size).toBe(1);
      const own = files.find(({ id }) => ids.has(id))!;
      expect(results).toEqual(results.map(() => expect.objectContaining({ name: own.name, sha256 })));
      for (const file of files) if (file.id !== own.id) expect(await media.get(file)).toEqual(file);
      await requireCounted();
      for (const file of files) await media.removePending(file);
      expect((await media.list({ accountId, limit: 20 })).map(({ id }) => id)).toEqual([own.id]);
      for (const { id } of files) expect(await raw.count(id)).toBe(id === own.id ? 1 : 0);
      await requireCounted();
      const theirs = pending({ accountId: await raw.addAccount() });
      await media.add(theirs);
      const other = await media.store(theirs, storedOf(theirs, { sha256 }), at, keptUntil);
      expect(other?.id).toBe(theirs.id);
    });

    test("media is kept from its last answer on, and stored once", async () => {
      const { port: media } = opened();
      const sha256 = reference();
      const file = await stored({ sha256 });
      const [later, again] = [after(at, 9000), await added()];
      const answer = await media.store(again, storedOf(again, { sha256 }), at, later);
      expect(answer).toMatchObject({ id: file.id, keptUntil: later });
      const twice = await media.store(file, storedOf(file), after(at, 7), after(at, 5));
      expect(twice).toMatchObject({ id: file.id, sha256, storedAt: at, keptUntil: later });
      expect(await media.get(file)).toEqual(twice);
      await requireCounted();
    });

    test("PRJ-12 media that is completed several times at once is stored once, and each is answered with it", async () => {
      const { port: media } = opened();
      const file = await added();
      const facts = storedOf(file);
      const stores = Array.from({ length: 4 }, () => media.store(file, facts, at, keptUntil));
      const stored = { ...file, ...facts, storedAt: at, keptUntil };
      expect(await Promise.all(stores)).toEqual([stored, stored, stored, stored]);
      await requireCounted();
    });

    test("PRJ-16 the quotas of files and bytes hold in parallel, and removing frees them", async () => {
      const { port: media, raw } = opened();
      const large = () => pending({ bytes: mediaQuota.maxBytes / 4 });
      const all = Array.from({ length: 7 }, large);
      const tries = await Promise.allSettled(all.map((file) => media.add(file)));
      const refused = tries.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
      expect(refused).toEqual(["quota_exceeded", "quota_exceeded", "quota_exceeded"]);
      const [kept] = all.filter((_, index) => tries[index]!.status === "fulfilled");
      await Promise.all([media.remove(kept!), media.remove(kept!)]);
      await requireCounted();
      await added({ bytes: mediaQuota.maxBytes / 4 });
      await expect(media.add(pending({ bytes: 1 }))).rejects.toMatchObject({ code: "quota_exceeded" });
      await raw.setUsage(accountId, { mediaFiles: mediaQuota.maxFiles, mediaBytes: 0 });
      await expect(media.add(pending())).rejects.toMatchObject({ code: "quota_exceeded" });
      await raw.setUsage(accountId, (await raw.usage(accountId)).summed);
    });

    test("stored media counts with its size, and more than was announced only within the quota", async () => {
      const { port: media, raw } = opened();
      const file = await added();
      await media.store(file, storedOf(file, { bytes: 40 }), at, keptUntil);
      await requireCounted();
      const grown = await added();
      await raw.setUsage(accountId, { mediaBytes: mediaQuota.maxBytes });
      const storing = media.store(grown, storedOf(grown, { bytes: 101 }), at, keptUntil);
      await expect(storing).rejects.toMatchObject({ code: "quota_exceeded" });
      expect(await media.get(grown)).toEqual(grown);
      await raw.setUsage(accountId, { mediaBytes: 140 });
      await requireCounted();
    });

    test("media in use is not removed, and reports how many projects it has", async () => {
      const { port: media } = opened();
      const [file, unused] = [await stored(), await stored()];
      await used(file);
      await used(file);
      await expect(media.remove(file)).rejects.toMatchObject({ code: "media_in_use" });
      const listed = await media.list({ accountId, limit: 10 });
      expect(listed.map(({ id, uses }) => [id, uses])).toEqual(
        expect.arrayContaining([
          [file.id, 2],
          [unused.id, 0],
        ]),
      );
      expect(await media.remove(unused)).toMatchObject({ id: unused.id });
      await media.removePending(file);
      expect(await media.get(file)).toBeDefined();
      await requireCounted();
    });

    test("a list pages through media, the last announced first, each once, also of one moment", async () => {
      const { port: media } = opened();
      const ids: string[] = [];
      for (let index = 0; index < 6; index += 1)
        ids.push((await added({ createdAt: after(at, index >> 1) })).id);
      const seen: string[] = [];
      let place;
      for (;;) {
        const page = await media.list({ accountId, after: place, limit: 4 });
        seen.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (!last) break;
        place = { at: last.createdAt, id: last.id };
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
      expect(seen.slice(0, 2).toSorted()).toEqual(ids.slice(4).toSorted());
    });

    test("PRJ-42 only media that was announced before a time and never stored is abandoned", async () => {
      const { port: media } = opened();
      const [old, young, whole] = [await added({ createdAt: after(at, -10) }), await added(), await stored()];
      const ids = (await media.listAbandoned(at, 100)).map(({ id }) => id);
      expect(ids).toContain(old.id);
      for (const { id } of [young, whole]) expect(ids).not.toContain(id);
      const open = (await media.listPending(accountId, 100)).map(({ id }) => id);
      expect(open.toSorted()).toEqual([old.id, young.id].toSorted());
      for (const file of [old, whole]) await media.removePending(file);
      expect(await media.get(old)).toBeUndefined();
      expect(await media.get(whole)).toBeDefined();
      await requireCounted();
    });

    test("AUTH-30 all media of an account is removed, and no other's", async () => {
      const { port: media, raw } = opened();
      const files = [await stored(), await added()];
      const bystander = pending({ accountId: await raw.addAccount() });
      await media.add(bystander);
      for (let times = 0; times < 2; times += 1) await media.removeOfAccount(accountId);
      for (const { id } of files) expect(await raw.count(id)).toBe(0);
      expect(await media.get(bystander)).toEqual(bystander);
    });
  });
}
