import pLimit from "p-limit";
import { after } from "../../domain/time.ts";
import { type Item, texts } from "./items.ts";
import { feedsKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

const dayMs = 86_400_000;
const atOnce = 25;

// Times have the same length up to then. A cursor may be any time.
const lastTime = new Date("9999-12-31T23:59:59.999Z");

/** A time as text that sorts as times do. */
function sortable(at: Date): string {
  return (at < lastTime ? at : lastTime).toISOString();
}

/** Where an item is in its feed: those of one moment are sorted by id. */
export function placeOf(at: Date, id = ""): string {
  return `${sortable(at)}#${id}`;
}

/** The feed of the images that were published in the month of that time. */
export function monthOf(at: Date): string {
  return sortable(at).slice(0, 7);
}

export function isMonth(feed: string): boolean {
  return /^\d{4}-\d\d$/.test(feed);
}

const accounts = "account#";

/** The feed of the accounts that were added in the month of that time. */
export function accountsOf(at: Date): string {
  return accounts + monthOf(at);
}

export function isOfAccounts(feed: string): boolean {
  return feed.startsWith(accounts);
}

/** The feed of the accounts that are marked as removed, by id. */
export const removedAccounts = "removed";

/** The feeds that have had items: an index cannot list its partitions. */
export function dynamodbFeeds(db: Dynamodb) {
  /** Those that this process has registered. */
  const registered = new Set<string>();
  /** As they were at some time of a day. */
  let read: { readonly day: string; readonly names: readonly string[] } | undefined;

  /** In ascending order. */
  async function list(): Promise<string[]> {
    return [...texts(await db.get(feedsKey), "names")].toSorted();
  }

  return {
    list,

    /** The months with images before that one, the newest first. Read once a day: no image is added to a past month. */
    async monthsBefore(month: string, now: Date): Promise<string[]> {
      const day = sortable(now).slice(0, 10);
      if (read?.day !== day) read = { day, names: await list() };
      const names = new Set([...read.names, ...registered]);
      return [...names]
        .filter((feed) => isMonth(feed) && feed < month)
        .toSorted()
        .toReversed();
    },

    /** Call before an item is added to a feed: otherwise it may never be listed. */
    async register(feed: string): Promise<void> {
      if (registered.has(feed)) return;
      await db.write({ update: feedsKey, add: { names: [feed] } });
      registered.add(feed);
    },

    /** Removes a feed that no item is added to any more. */
    async remove(feed: string): Promise<void> {
      await db.write({ update: feedsKey, subtract: { names: [feed] } });
    },
  };
}

/** Items that wait for something, in a feed for each day: announced uploads by day of announcement, projects by day in the bin. */
export function dailyFeed(db: Dynamodb, name: "pending" | "media" | "bin") {
  const feeds = dynamodbFeeds(db);
  const dayOf = (at: Date) => `${name}#${sortable(at).slice(0, 10)}`;

  /** The oldest of a day. The index may still list others, so each is read. */
  async function waitingOn(feed: string, before: Date, limit: number): Promise<Item[]> {
    const where = "#feed = :feed AND #feedAt < :place";
    const values = { feed, place: placeOf(before) };
    const found: Item[] = [];
    for await (const page of db.query({ table: "records", index: "feed", where, values, limit })) {
      const items = await pLimit(atOnce).map(page, ({ pk, sk }) =>
        db.get({ table: "records", pk: pk!.S!, sk: sk!.S! }),
      );
      found.push(...items.filter((item) => item?.["feed"]?.S === feed).map((item) => item!));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  return {
    /** The feed for an item that waits since then. Call before it is added. */
    async at(since: Date): Promise<string> {
      const feed = dayOf(since);
      await feeds.register(feed);
      return feed;
    },

    /** Items that have waited since before a time, the oldest first. */
    async list(before: Date, limit: number): Promise<Item[]> {
      const lastDay = dayOf(before);
      const days = (await feeds.list()).filter((feed) => feed.startsWith(`${name}#`) && feed <= lastDay);
      const found: Item[] = [];
      for (const day of days) {
        const ofDay = await waitingOn(day, before, limit - found.length);
        found.push(...ofDay);
        if (found.length >= limit) break;
        // No item is added to a day that is over everywhere.
        if (ofDay.length === 0 && day < dayOf(after(before, -dayMs))) await feeds.remove(day);
      }
      return found;
    },
  };
}
