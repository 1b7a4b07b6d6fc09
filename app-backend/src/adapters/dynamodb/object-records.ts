import pLimit from "p-limit";
import type { ObjectRecords } from "../../ports/object-records.ts";
import { isRemoved } from "./accounts.ts";
import { dynamodbFeeds, isMonth, isOfAccounts } from "./feeds.ts";
import { objectKeysOf } from "./image-items.ts";
import { type Item, text, timeOrNull } from "./items.ts";
import { accountKey, imageKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

const pageItems = 500;
const atOnce = 25;

const itemsOf = (db: Dynamodb, feed: string, limit = pageItems) =>
  db.query({ table: "records", index: "feed", where: "#feed = :feed", values: { feed }, limit });

const accountIdsOf = (page: readonly Item[]) => page.map((item) => text(item, "accountId"));

/** Gives the ids of all accounts that are not removed, a page at a time. */
export function dynamodbAccountIds(db: Dynamodb) {
  const { list } = dynamodbFeeds(db);
  return async function* pages(): AsyncGenerator<readonly string[]> {
    for (const feed of (await list()).filter(isOfAccounts))
      for await (const page of itemsOf(db, feed)) yield accountIdsOf(page);
  };
}

/** Records are found by the feeds of images and of accounts: no role may scan a table. */
export function dynamodbObjectRecords(db: Dynamodb, pageLimit = pageItems): ObjectRecords {
  const feeds = dynamodbFeeds(db);

  async function picturesOf(accountIds: readonly string[]): Promise<string[]> {
    const accounts = await pLimit(atOnce).map(accountIds, (id) => db.get(accountKey(id)));
    return accounts.flatMap((account) =>
      account && !isRemoved(account) ? [text(account, "pictureKey")] : [],
    );
  }

  /** The keys of the objects of the record that a key names: images/ID/... or pictures/ID/... */
  async function keysBeside(key: string): Promise<string[]> {
    const [folder, id = ""] = key.split("/");
    if (folder === "pictures") return picturesOf([id]);
    const image = await db.get(imageKey(id));
    return image ? publishedKeysOf(image) : [];
  }

  return {
    async *pages() {
      for (const feed of await feeds.list()) {
        if (!isMonth(feed) && !isOfAccounts(feed)) continue;
        for await (const page of itemsOf(db, feed, pageLimit))
          yield isMonth(feed) ? page.flatMap(publishedKeysOf) : await picturesOf(accountIdsOf(page));
      }
    },

    async known(keys) {
      const wanted = new Set(keys);
      const folders = [...new Map(keys.map((key) => [key.split("/").slice(0, 2).join("/"), key])).values()];
      const found = await pLimit(atOnce).map(folders, keysBeside);
      return new Set(found.flat().filter((key) => wanted.has(key)));
    },
  };
}

function publishedKeysOf(image: Item): string[] {
  return timeOrNull(image, "publishedAt") === null ? [] : objectKeysOf(image);
}
