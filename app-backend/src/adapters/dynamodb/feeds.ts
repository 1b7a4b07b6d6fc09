import { texts } from "./items.ts";
import { feedsKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

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

const pending = "pending#";

/** The feed of the images that were announced on that day. */
export function pendingOf(at: Date): string {
  return pending + sortable(at).slice(0, 10);
}

export function isPendingDay(feed: string): boolean {
  return feed.startsWith(pending);
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
