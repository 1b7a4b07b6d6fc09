import pLimit from "p-limit";
import type { ObjectRecords } from "../../ports/object-records.ts";
import { itemsOf } from "./account-items.ts";
import { isRemoved } from "./accounts.ts";
import { dynamodbFeeds, isMonth, isOfAccounts } from "./feeds.ts";
import { objectKeysOf } from "./image-items.ts";
import { type Item, text, textOrNull, timeOrNull } from "./items.ts";
import { accountKey, imageKey, mediaKey, versionsOf } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

const pageItems = 500;
const atOnce = 25;

const listedIn = (db: Dynamodb, feed: string, limit = pageItems) =>
  db.query({ table: "records", index: "feed", where: "#feed = :feed", values: { feed }, limit });

const accountIdsOf = (page: readonly Item[]) => page.map((item) => text(item, "accountId"));

/** Gives the ids of all accounts that are not removed, a page at a time. */
export function dynamodbAccountIds(db: Dynamodb) {
  const { list } = dynamodbFeeds(db);
  return async function* pages(): AsyncGenerator<readonly string[]> {
    for (const feed of (await list()).filter(isOfAccounts))
      for await (const page of listedIn(db, feed)) yield accountIdsOf(page);
  };
}

/** Records are found by the feeds of images and of accounts: no role may scan a table. */
export function dynamodbObjectRecords(db: Dynamodb, pageLimit = pageItems): ObjectRecords {
  const feeds = dynamodbFeeds(db);

  /** Those of an account's picture, media and kept notes, a page at a time; none once it is marked as removed. */
  async function* keysOfAccount(accountId: string): AsyncGenerator<string[]> {
    for await (const page of itemsOf(db, accountId)) {
      // It is the first of its partition.
      if (page.some(isRemoved)) return;
      yield page.flatMap(accountKeysOf);
    }
  }

  /** The keys of objects of the record that a key names. An account that is gone has no records. */
  async function keysBeside(key: string): Promise<string[]> {
    const [prefix, first = "", second = ""] = key.split("/");
    if (prefix === "images") {
      const image = await db.get(imageKey(first));
      return image ? publishedKeysOf(image) : [];
    }
    const account = await db.get(accountKey(first));
    if (!account || isRemoved(account)) return [];
    if (prefix === "pictures") return accountKeysOf(account);
    const { sk } = mediaKey({ accountId: first, id: second });
    const found: string[] = [];
    for await (const page of itemsOf(db, first, prefix === "media" ? sk : versionsOf(second)))
      found.push(...page.flatMap(accountKeysOf));
    return found;
  }

  return {
    async *pages() {
      for (const feed of await feeds.list()) {
        if (isMonth(feed))
          for await (const page of listedIn(db, feed, pageLimit)) yield page.flatMap(publishedKeysOf);
        if (isOfAccounts(feed))
          for await (const page of listedIn(db, feed, pageLimit))
            for (const id of accountIdsOf(page)) yield* keysOfAccount(id);
      }
    },

    async known(keys) {
      const wanted = new Set(keys);
      const folders = [...new Map(keys.map((key) => [folderOf(key), key])).values()];
      const found = await pLimit(atOnce).map(folders, keysBeside);
      return new Set(found.flat().filter((key) => wanted.has(key)));
    },
  };
}

/** What keys of one record have in common: images/ID, pictures/ID, media/ACCOUNT/ID or notes/ACCOUNT/ID. */
function folderOf(key: string): string {
  const parts = key.split("/");
  return parts.slice(0, ["media", "notes"].includes(parts[0]!) ? 3 : 2).join("/");
}

/** The keys of objects that an item of an account's partition holds; those of a project are copies. */
function accountKeysOf(item: Item): string[] {
  const sk = text(item, "sk");
  if (sk === "account") return [text(item, "pictureKey")];
  const name = sk.startsWith("media#") ? "objectKey" : sk.includes("#version#") ? "notesKey" : "";
  const key = textOrNull(item, name);
  return key === null ? [] : [key];
}

function publishedKeysOf(image: Item): string[] {
  return timeOrNull(image, "publishedAt") === null ? [] : objectKeysOf(image);
}
