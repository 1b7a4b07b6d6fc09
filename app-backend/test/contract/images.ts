import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { PendingImage } from "../../src/domain/image.ts";
import { quota } from "../../src/domain/image.ts";
import { after } from "../../src/domain/time.ts";
import type { Images } from "../../src/ports/images.ts";
import { at } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { renditionOf } from "./rendition.ts";

export function imagesContract(open: Open<Images>): void {
  const opened = whileOpen(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
  });

  const pending = (facts: Partial<PendingImage> = {}): PendingImage => ({
    id: randomUUID(),
    accountId,
    name: "Silver 🌸",
    contentType: "image/png",
    bytes: 100,
    createdAt: at,
    ...facts,
  });

  async function published(ofAccount: string, publishedAt: Date): Promise<string> {
    const image = pending({ accountId: ofAccount });
    await opened().port.add(image);
    await opened().port.publish(image.id, renditionOf(image.id), publishedAt);
    return image.id;
  }

  describe("images", () => {
    test("an image reads back as it was added, then as it was published", async () => {
      const { port: images, raw } = opened();
      const image = pending();
      expect(await images.add(image)).toBe(true);
      expect(await raw.count(image.id)).toBe(1);
      expect(await images.get(image.id)).toEqual(image);
      expect(await images.publish(image.id, renditionOf(image.id), after(at, 5))).toBe(true);
      const whole = { ...image, ...renditionOf(image.id), publishedAt: after(at, 5) };
      expect(await images.get(image.id)).toEqual(whole);
      expect(await images.remove(image.id)).toEqual(whole);
      expect(await raw.count(image.id)).toBe(0);
    });

    test("an image that is not there is undefined, is not published, and removing it is no error", async () => {
      const { port: images } = opened();
      const id = randomUUID();
      expect(await images.get(id)).toBeUndefined();
      expect(await images.publish(id, renditionOf(id), at)).toBe(false);
      await expect(images.remove(id)).resolves.toBeUndefined();
    });

    test("discarding a pending image keeps a published one", async () => {
      const { port: images } = opened();
      const [image, id] = [pending(), await published(accountId, at)];
      await images.add(image);
      for (const each of [image.id, id]) await images.removePending(each);
      expect(await images.get(image.id)).toBeUndefined();
      expect(await images.get(id)).toBeDefined();
    });

    test("an image that takes more than the quota is not published", async () => {
      const { port: images } = opened();
      const image = pending();
      await images.add(image);
      const large = { ...renditionOf(image.id), bytes: quota.maxBytes + 1 };
      await expect(images.publish(image.id, large, at)).rejects.toMatchObject({ code: "quota_exceeded" });
    });

    test("of parallel publications one succeeds", async () => {
      const image = pending();
      await opened().port.add(image);
      const tries = Array.from({ length: 6 }, () =>
        opened().port.publish(image.id, renditionOf(image.id), at),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    test("the quota holds for parallel additions, and removing frees it", async () => {
      const { port: images } = opened();
      const large = () => pending({ bytes: quota.maxBytes / 4 });
      const all = Array.from({ length: 7 }, large);
      const added = await Promise.all(all.map((image) => images.add(image)));
      expect(added.filter(Boolean)).toHaveLength(4);
      const [kept] = all.filter((_, index) => added[index]);
      expect(await images.add(large())).toBe(false);
      await Promise.all([images.remove(kept!.id), images.remove(kept!.id)]);
      expect(await images.add(large())).toBe(true);
      expect(await images.add(large())).toBe(false);
    });

    test("an account that is marked as removed gets no image, and publishes none", async () => {
      const { port: images, raw } = opened();
      const removed = await raw.addAccount({ isRemoved: true });
      const image = pending({ accountId: removed });
      expect(await images.add(image)).toBe(false);
      expect(await raw.count(image.id)).toBe(0);
      await raw.addImage({ id: image.id, accountId: removed, objectKeys: [] });
      const publication = images.publish(image.id, renditionOf(image.id), at);
      await expect(publication).rejects.toMatchObject({ code: "quota_exceeded" });
      expect(await raw.count(renditionOf(image.id).objectKey)).toBe(0);
    });

    test("published images count with their processed size", async () => {
      const { port: images } = opened();
      const image = pending({ bytes: quota.maxBytes });
      await images.add(image);
      expect(await images.add(pending())).toBe(false);
      await images.publish(image.id, renditionOf(image.id), at);
      expect(await images.add(pending())).toBe(true);
    });

    test("a list pages through published images, the newest first, each once, also of one moment", async () => {
      const { port: images } = opened();
      const base = after(at, Math.floor(Math.random() * 1e9) + 1000);
      const ids: string[] = [];
      for (let index = 0; index < 6; index += 1)
        ids.push(await published(accountId, after(base, index >> 1)));
      await images.add(pending());
      const seen: string[] = [];
      let place;
      for (;;) {
        const page = await images.list({ accountId, after: place, limit: 4 });
        seen.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (!last) break;
        place = { at: last.publishedAt, id: last.id };
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
      const newest = ids.slice(4);
      expect(seen.slice(0, 2).toSorted()).toEqual(newest.toSorted());
    });

    test("a list of all accounts has images of several, a list of one only its own", async () => {
      const { port: images } = opened();
      const other = await opened().raw.addAccount();
      const [own, others] = [await published(accountId, at), await published(other, at)];
      const all = (await images.list({ limit: 100 })).map(({ id }) => id);
      expect(all).toEqual(expect.arrayContaining([own, others]));
      expect((await images.list({ accountId: other, limit: 100 })).map(({ id }) => id)).toEqual([others]);
    });

    test("images that were started before a time and never published are found", async () => {
      const { port: images } = opened();
      const [old, young] = [pending({ createdAt: after(at, -10) }), pending()];
      await images.add(old);
      await images.add(young);
      await published(accountId, at);
      const found = (await images.listAbandoned(at, 100)).map(({ id }) => id);
      expect(found).toContain(old.id);
      expect(found).not.toContain(young.id);
    });

    test("withdrawn images are seen by no one, keep the keys of their objects, and are not taken for pending", async () => {
      const { port: images } = opened();
      const other = await opened().raw.addAccount();
      const [image, id, others] = [pending(), await published(accountId, at), await published(other, at)];
      await images.add(image);
      for (let times = 0; times < 2; times += 1) await images.withdrawOfAccount(accountId);
      expect(await images.list({ accountId, limit: 100 })).toEqual([]);
      expect((await images.list({ limit: 100 })).map((each) => each.id)).not.toContain(id);
      expect(await images.get(id)).not.toHaveProperty("publishedAt");
      expect(await images.publish(id, renditionOf(id), at)).toBe(false);
      await images.removePending(id);
      expect((await images.listAbandoned(after(at, 1), 100)).map((each) => each.id)).not.toContain(id);
      const { objectKey, thumbnailKey } = renditionOf(id);
      const all = await images.listWithdrawn(accountId, 100);
      expect(all).toHaveLength(2);
      expect(all).toEqual(
        expect.arrayContaining([
          { id, objectKeys: [objectKey, thumbnailKey] },
          { id: image.id, objectKeys: [] },
        ]),
      );
      expect((await images.list({ accountId: other, limit: 100 })).map((each) => each.id)).toEqual([others]);
    });

    test("withdrawn images are removed in pages, and published ones are not", async () => {
      const { port: images, raw } = opened();
      for (let count = 0; count < 5; count += 1) await published(accountId, at);
      await images.withdrawOfAccount(accountId);
      const listed = await images.listWithdrawn(accountId, 3);
      expect(listed).toHaveLength(3);
      const id = await published(accountId, at);
      const shown = { id, objectKeys: [] };
      await images.removeWithdrawn(await raw.addAccount(), listed);
      expect(await images.listWithdrawn(accountId, 100)).toHaveLength(5);
      for (let times = 0; times < 2; times += 1) await images.removeWithdrawn(accountId, [...listed, shown]);
      expect(await images.listWithdrawn(accountId, 100)).toHaveLength(2);
      for (const each of listed) expect(await raw.count(each.id)).toBe(0);
      expect(await images.get(id)).toHaveProperty("publishedAt");
      await images.removeWithdrawn(accountId, []);
    });
  });
}
