import { AppError } from "../../domain/app-error.ts";
import { isStored, type Media, type PendingMedia } from "../../domain/media.ts";
import type { Owned } from "../../domain/owned.ts";
import type { ListedMedia, MediaFiles } from "../../ports/media.ts";
import { itemsOf, removeItemsOf } from "./account-items.ts";
import { count, requireLive, requireLiveAccount, writeAndCountBack } from "./account-usage.ts";
import { dailyFeed, placeOf } from "./feeds.ts";
import { type Item, number, text, textOrNull, time } from "./items.ts";
import { contentKey, mediaKey, ownedOf } from "./keys.ts";
import { isStoredItem, mediaOf, mediaOwnedBy, removalOf, usageOf } from "./media-items.ts";
import type { Dynamodb } from "./requests.ts";
import { again, untilWritten } from "./until-written.ts";

export function dynamodbMedia(db: Dynamodb): MediaFiles {
  const announced = dailyFeed(db, "media");

  /** The stored media of an account with that content. */
  async function withContent(accountId: string, sha256: string): Promise<Item | undefined> {
    const content = await db.get(contentKey(accountId, sha256));
    return content && db.get(mediaKey({ accountId, id: text(content, "mediaId") }));
  }

  /** Answers with stored media, and keeps it as long. Undefined if another writer came between. */
  async function keep(known: Item, until: Date): Promise<Media | undefined> {
    const media = mediaOf(known) as Media;
    const keptUntil = media.keptUntil > until ? media.keptUntil : until;
    const refused = await db.transact([
      {
        update: mediaKey(media),
        set: { keptUntil },
        condition: "#objectKey = :objectKey AND #keptUntil <= :keptUntil",
        values: { objectKey: media.objectKey },
      },
      count(media.accountId, {}),
    ]);
    if (!refused) return { ...media, keptUntil };
    const [, ofAccount] = refused;
    if (ofAccount) requireLive(ofAccount.item);
    return undefined;
  }

  /** Removes media in such a state and what it counts; returns it. Throws `media_in_use`. */
  function removeIf(
    isRemovable: (item: Item) => boolean,
    media: Owned,
  ): Promise<Media | PendingMedia | undefined> {
    return untilWritten(async () => {
      const item = await db.get(mediaKey(media));
      if (!item || !isRemovable(item)) return undefined;
      if (number(item, "uses") > 0) throw new AppError("media_in_use", "a project has this media");
      const removal = removalOf(item, asRead(item));
      const refused = await writeAndCountBack(db, media.accountId, removal, usageOf(item));
      const [ofMedia] = refused ?? [];
      return !refused || (ofMedia?.isRepeated && !ofMedia.item) ? mediaOf(item) : again;
    });
  }

  return {
    async get(media) {
      const item = await db.get(mediaKey(media));
      return item && mediaOf(item);
    },

    async list({ accountId, after, limit }) {
      const where = `#owner = :owner${after ? " AND #feedAt < :place" : ""}`;
      const values = { owner: mediaOwnedBy(accountId), place: after && placeOf(after.at, after.id) };
      const found: ListedMedia[] = [];
      const selection = { table: "records", index: "owner", where, values, isDescending: true } as const;
      for await (const page of db.query({ ...selection, limit })) {
        found.push(...page.map((item) => ({ ...mediaOf(item), uses: number(item, "uses") })));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    async add({ id, accountId, name, bytes, createdAt }) {
      const feed = await announced.at(createdAt);
      const places = { feed, owner: mediaOwnedBy(accountId), feedAt: placeOf(createdAt, id) };
      const item = { name, bytes, createdAt, uses: 0, ...places };
      const refused = await db.transact([
        { put: mediaKey({ accountId, id }), item, condition: "attribute_not_exists(#pk)" },
        count(accountId, { mediaFiles: 1, mediaBytes: bytes }),
      ]);
      if (!refused) return true;
      const [ofMedia, ofAccount] = refused;
      if (ofMedia?.isRepeated && ofMedia.item && isAnnouncement(ofMedia.item, name, createdAt)) return true;
      if (ofAccount) requireLive(ofAccount.item);
      if (ofMedia) return false;
      throw full();
    },

    store(holder, stored, at, keptUntil) {
      const { accountId, id } = holder;
      return untilWritten(async () => {
        const [item, same] = await Promise.all([
          db.get(mediaKey(holder)),
          withContent(accountId, stored.sha256),
        ]);
        if (!item) {
          await requireLiveAccount(db, accountId);
          return undefined;
        }
        if (isStoredItem(item)) return (await keep(item, keptUntil)) ?? again;
        if (same && ownedOf(same).id === id) return again; // it was stored between both reads
        if (same) return (await keep(same, keptUntil)) ?? again;
        const grown = stored.bytes - number(item, "bytes");
        const refused = await db.transact([
          {
            put: contentKey(accountId, stored.sha256),
            item: { mediaId: id },
            condition: "attribute_not_exists(#pk)",
          },
          {
            update: mediaKey(holder),
            set: { ...stored, storedAt: at, keptUntil, feed: null },
            condition: "attribute_exists(#pk) AND attribute_not_exists(#storedAt)",
          },
          count(accountId, { mediaBytes: grown }),
        ]);
        if (!refused) return { ...mediaOf(item), ...stored, storedAt: at, keptUntil };
        const [ofContent, ofMedia, ofAccount] = refused;
        if (ofAccount) requireLive(ofAccount.item);
        if (ofAccount && !ofContent && !ofMedia) throw full();
        return again; // the same bytes were stored since, maybe by this very write
      });
    },

    remove: (media) => removeIf(() => true, media),

    async removePending(media) {
      await removeIf((item) => !isStoredItem(item), media);
    },

    async listAbandoned(before, limit) {
      return (await announced.list(before, limit)).map(mediaOf);
    },

    async listPending(accountId, limit) {
      const found: PendingMedia[] = [];
      for await (const page of itemsOf(db, accountId, "media#")) {
        found.push(...page.map(mediaOf).filter((media) => !isStored(media)));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },

    async removeOfAccount(accountId) {
      await removeItemsOf(db, accountId, "media#");
      await removeItemsOf(db, accountId, "sha256#");
    },
  };
}

/** The condition that media is in the state in which it was read, and unused. */
function asRead(media: Item) {
  const state = isStoredItem(media) ? "attribute_exists" : "attribute_not_exists";
  return {
    condition: `#createdAt = :createdAt AND #uses = :unused AND ${state}(#storedAt)`,
    values: { createdAt: time(media, "createdAt"), unused: 0 },
  };
}

/** Whether an item is what such an announcement has written. */
function isAnnouncement(item: Item, name: string, createdAt: Date): boolean {
  return textOrNull(item, "name") === name && time(item, "createdAt").getTime() === createdAt.getTime();
}

function full(): AppError {
  return new AppError("quota_exceeded", "account has no quota for this file");
}
