import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { AppError } from "../../domain/app-error.ts";
import { type Cursor, type Image, isPublished, type PendingImage, quota } from "../../domain/image.ts";
import { after } from "../../domain/time.ts";
import type { Images } from "../../ports/images.ts";
import { dynamodbFeeds, isPendingDay, monthOf, pendingOf, placeOf } from "./feeds.ts";
import { hiddenOf, imageOf, isPending, objectKeysOf } from "./image-items.ts";
import { type Item, number, text } from "./items.ts";
import { accountKey, imageKey } from "./keys.ts";
import type { Dynamodb, Write } from "./requests.ts";

const dayMs = 86_400_000;
const atOnce = 25;
/** How late the index of an account's images may be before it is no longer waited for. AWS sets no bound. */
const pausesMs = [100, 200, 400, 800];

interface Dependencies {
  readonly db: Dynamodb;
  readonly now: () => Date;
}

export function dynamodbImages({ db, now }: Dependencies): Images {
  const feeds = dynamodbFeeds(db);

  /** At most `limit` images of one partition of an index, the newest first. */
  async function newest(index: "feed" | "owner", partition: string, limit: number, place?: Cursor) {
    const where = `#${index} = :partition${place ? " AND #feedAt < :place" : ""}`;
    const values = { partition, place: place && placeOf(place.at, place.id) };
    const found: Image[] = [];
    for await (const page of db.query({
      table: "records",
      index,
      where,
      values,
      isDescending: true,
      limit,
    })) {
      found.push(...page.map((item) => imageOf(item) as Image));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** The oldest pending images of a day. The index may still list others, so each is read. */
  async function pendingOn(day: string, before: Date, limit: number): Promise<PendingImage[]> {
    const where = "#feed = :day AND #feedAt < :place";
    const values = { day, place: placeOf(before) };
    const found: PendingImage[] = [];
    for await (const page of db.query({ table: "records", index: "feed", where, values, limit })) {
      found.push(...(await itemsOf(page)).filter(isPending).map(imageOf));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** The items that an index lists, as they are in the table. */
  async function itemsOf(listed: readonly Item[]): Promise<Item[]> {
    const ids = [...new Set(listed.map((item) => text(item, "id")))];
    const items = await pLimit(atOnce).map(ids, (id) => db.get(imageKey(id)));
    return items.filter((item) => item !== undefined);
  }

  /**
   * All images of an account, in any state. The index answers later than its table, so it is read until it lists as
   * many as the account has counted. Throws `unavailable` if that takes too long.
   */
  async function allOfAccount(accountId: string): Promise<Item[]> {
    for (const pauseMs of [...pausesMs, undefined]) {
      const account = await db.get(accountKey(accountId));
      const count = account ? number(account, "images") : 0;
      if (count === 0) break;
      const listed: Item[] = [];
      for (const owner of [accountId, hiddenOf(accountId)]) {
        const selection = { table: "records", index: "owner", where: "#owner = :owner" } as const;
        for await (const page of db.query({ ...selection, values: { owner } })) listed.push(...page);
      }
      const items = await itemsOf(listed);
      if (items.length >= count) return items;
      if (pauseMs === undefined) throw new AppError("unavailable", "index of images is late");
      await sleep(pauseMs);
    }
    return [];
  }

  /** Months to read, the newest first. Most pages need only the first, which takes no look into the list of feeds. */
  async function* monthsFrom(first: string): AsyncGenerator<string> {
    yield first;
    yield* await feeds.monthsBefore(first, now());
  }

  /** Counts for an account, if that does not exceed its quota. */
  function reserve(accountId: string, images: 1 | 0, imageBytes: number): Write {
    const exists = "attribute_exists(#pk) AND attribute_not_exists(#removedAt)";
    return {
      update: accountKey(accountId),
      add: { images, imageBytes },
      condition: `${exists} AND #images <= :maxBefore AND #imageBytes <= :room`,
      values: { maxBefore: quota.maxImages - images, room: quota.maxBytes - imageBytes },
    };
  }

  function release(accountId: string, bytes: number): Write {
    const add = { images: -1, imageBytes: -bytes };
    return { update: accountKey(accountId), add, condition: "attribute_exists(#pk)" };
  }

  /** Removes an image and its count while it is in such a state; returns it. */
  async function removeIf(isRemovable: (item: Item) => boolean, id: string): Promise<Item | undefined> {
    for (;;) {
      const item = await db.get(imageKey(id));
      if (!item || !isRemovable(item)) return undefined;
      const removal: Write = { delete: imageKey(id), ...sameState(item) };
      const refused = await db.transact([removal, release(text(item, "accountId"), number(item, "bytes"))]);
      if (!refused) return item;
      const [ofImage] = refused;
      if (ofImage?.isRepeated && !ofImage.item) return item;
      // Without its account there is nothing to count.
      if (!ofImage && !(await db.write(removal))) return item;
      // Otherwise it was published or removed since: again.
    }
  }

  return {
    async get(id) {
      const item = await db.get(imageKey(id));
      return item && imageOf(item);
    },

    async list({ accountId, after: place, limit }) {
      if (accountId !== undefined) return newest("owner", accountId, limit, place);
      const found: Image[] = [];
      for await (const month of monthsFrom(monthOf(place?.at ?? now()))) {
        found.push(...(await newest("feed", month, limit - found.length, place)));
        if (found.length >= limit) break;
      }
      return found;
    },

    async add(image) {
      const { id, accountId, bytes, createdAt } = image;
      const feed = pendingOf(createdAt);
      await feeds.register(feed);
      const places = { feed, owner: hiddenOf(accountId), feedAt: placeOf(createdAt, id) };
      const refused = await db.transact([
        { put: imageKey(id), item: { ...image, ...places }, condition: "attribute_not_exists(#pk)" },
        reserve(accountId, 1, bytes),
      ]);
      const ofImage = refused?.[0];
      if (ofImage && !ofImage.isRepeated) throw new Error("image exists already");
      return !refused || ofImage !== undefined;
    },

    async publish(id, rendition, at) {
      const image = await db.get(imageKey(id));
      if (!image || !isPending(image)) return false;
      const accountId = text(image, "accountId");
      const feed = monthOf(at);
      await feeds.register(feed);
      const places = { feed, owner: accountId, feedAt: placeOf(at, id) };
      const isStillPending = "attribute_not_exists(#publishedAt) AND attribute_not_exists(#objectKey)";
      const refused = await db.transact([
        {
          update: imageKey(id),
          set: { ...rendition, ...places, publishedAt: at },
          condition: `attribute_exists(#pk) AND ${isStillPending}`,
        },
        reserve(accountId, 0, rendition.bytes - number(image, "bytes")),
      ]);
      if (!refused) return true;
      const [ofImage] = refused;
      if (!ofImage) throw new AppError("quota_exceeded", "image takes more than was announced");
      const { isRepeated, item } = ofImage;
      return isRepeated && item !== undefined && isPublication(item, rendition.objectKey, at);
    },

    async remove(id) {
      const item = await removeIf(() => true, id);
      return item && imageOf(item);
    },

    async removePending(id) {
      await removeIf(isPending, id);
    },

    async listAbandoned(before, limit) {
      const lastDay = pendingOf(before);
      const days = (await feeds.list()).filter((feed) => isPendingDay(feed) && feed <= lastDay);
      const found: PendingImage[] = [];
      for (const day of days) {
        const ofDay = await pendingOn(day, before, limit - found.length);
        found.push(...ofDay);
        if (found.length >= limit) break;
        // No image is announced on a day that is over everywhere.
        if (ofDay.length === 0 && day < pendingOf(after(before, -dayMs))) await feeds.remove(day);
      }
      return found;
    },

    async withdrawOfAccount(accountId) {
      const published = (await allOfAccount(accountId)).filter((item) => isPublished(imageOf(item)));
      const set = { publishedAt: null, feed: null, owner: hiddenOf(accountId) };
      const condition = "attribute_exists(#publishedAt)";
      await pLimit(atOnce).map(published, (item) =>
        db.write({ update: imageKey(text(item, "id")), set, condition }),
      );
    },

    async listWithdrawn(accountId, limit) {
      const hidden = (await allOfAccount(accountId)).filter((item) => !isPublished(imageOf(item)));
      return hidden.slice(0, limit).map((item) => ({ id: text(item, "id"), objectKeys: objectKeysOf(item) }));
    },

    async removeWithdrawn(accountId, images) {
      const isWithdrawn = (item: Item) =>
        text(item, "accountId") === accountId && item["publishedAt"] === undefined;
      // Each changes the account's item, so more of them would only refuse each other.
      await pLimit(2).map(images, ({ id }) => removeIf(isWithdrawn, id));
    },
  };
}

/** The condition that an image is still published, or still not. */
function sameState(item: Item) {
  const isSame = item["publishedAt"] === undefined ? "attribute_not_exists" : "attribute_exists";
  return { condition: `attribute_exists(#pk) AND ${isSame}(#publishedAt)` };
}

/** Whether an item is what this very call has published. */
function isPublication(item: Item, objectKey: string, at: Date): boolean {
  return item["objectKey"]?.S === objectKey && number(item, "publishedAt") === at.getTime();
}
