import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Cursor, Image } from "../../../src/domain/image.ts";
import { dynamodbFeeds, monthOf, placeOf } from "../../../src/adapters/dynamodb/feeds.ts";
import { dynamodbImages } from "../../../src/adapters/dynamodb/images.ts";
import { at } from "../../contract/fixtures.ts";
import { requestCounter } from "./request-counter.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";

const now = () => new Date("2026-11-15T12:00:00.000Z");
/** Of 14 months up to now 9 have no image. */
const months = ["2025-10", "2026-01", "2026-05", "2026-06", "2026-11"];

let stores: DynamodbStores;
let counter: ReturnType<typeof requestCounter>;
let images: ReturnType<typeof dynamodbImages>;
let accountId: string;
let expected: string[];

jest.setTimeout(240_000);

beforeAll(async () => {
  stores = await openDynamodbStores();
  accountId = await stores.raw.addAccount();
  const moments = months.flatMap((month) =>
    Array.from({ length: 40 }, (_, index) => new Date(`${month}-10T10:00:${String(index + 10)}.000Z`)),
  );
  // Two of one millisecond, and the last millisecond of a month.
  moments.push(new Date(moments[0]!), new Date("2026-01-31T23:59:59.999Z"));
  const all = moments.map((publishedAt) => ({ id: randomUUID(), publishedAt }));
  const feeds = dynamodbFeeds(stores.db);
  for (const { publishedAt } of all) await feeds.register(monthOf(publishedAt));
  await Promise.all(all.map(put));
  const newestFirst = all.toSorted(
    (a, b) => b.publishedAt.getTime() - a.publishedAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  expected = newestFirst.map(({ id }) => id);
  counter = requestCounter(stores.client);
  images = dynamodbImages({ db: stores.db, now });
});
afterAll(() => stores.close());

async function put({ id, publishedAt }: { id: string; publishedAt: Date }): Promise<void> {
  const facts = { id, accountId, name: "a", contentType: "image/png", bytes: 1, createdAt: at };
  const objects = { objectKey: `images/${id}/a`, thumbnailKey: `images/${id}/b`, width: 1, height: 1 };
  const places = { feed: monthOf(publishedAt), owner: accountId, feedAt: placeOf(publishedAt, id) };
  const item = { ...facts, ...objects, ...places, thumbnailWidth: 1, thumbnailHeight: 1, publishedAt };
  await stores.db.write({ put: { table: "records", pk: `image#${id}`, sk: "image" }, item });
}

/** All pages, and how many requests each took. */
async function pages(limit: number, ofAccount?: string) {
  const found: { page: Image[]; requests: number }[] = [];
  let place: Cursor | undefined;
  for (;;) {
    counter.reset();
    const page = await images.list({ accountId: ofAccount, after: place, limit });
    found.push({ page, requests: counter.count() });
    const last = page.at(-1);
    if (!last || page.length < limit) return found;
    place = { at: last.publishedAt, id: last.id };
  }
}

describe("the feed of months, most of them empty", () => {
  test.each([1, 7, 100])(
    "SLS-23 has each image once, the newest first, in full pages of %i",
    async (limit) => {
      const all = await pages(limit);
      expect(all.flatMap(({ page }) => page.map(({ id }) => id))).toEqual(expected);
      expect(all.slice(0, -1).filter(({ page }) => page.length !== limit)).toEqual([]);
      const requests = all.map((each) => each.requests);
      expect(requests.reduce((sum, each) => sum + each, 0) / requests.length).toBeLessThanOrEqual(3);
      expect(Math.max(...requests)).toBeLessThanOrEqual(16);
    },
  );

  test("SLS-23 of one account has the same order", async () => {
    const all = await pages(100, accountId);
    expect(all.flatMap(({ page }) => page.map(({ id }) => id))).toEqual(expected);
  });

  test("SLS-23 goes on after images that were removed, also the one of the cursor", async () => {
    const [first, second] = [expected[9]!, expected[10]!];
    const page = await images.list({ limit: 10 });
    const last = page.at(-1)!;
    for (const id of [first, second]) await images.remove(id);
    const next = await images.list({ limit: 10, after: { at: last.publishedAt, id: last.id } });
    expect(next.map(({ id }) => id)).toEqual(expected.slice(11, 21));
    expected = expected.filter((id) => id !== first && id !== second);
  });

  test("SLS-23 is read from any cursor: the end of time, and the beginning", async () => {
    const id = "ffffffff-ffff-4fff-bfff-ffffffffffff";
    const newest = await images.list({ limit: 1, after: { at: new Date(999_999_999_999_999), id } });
    expect(newest.map((each) => each.id)).toEqual(expected.slice(0, 1));
    counter.reset();
    expect(await images.list({ limit: 20, after: { at: new Date(0), id } })).toEqual([]);
    expect(counter.count()).toBeLessThanOrEqual(2);
  });
});

test("SLS-23 an empty gallery is found to be empty by two requests", async () => {
  const empty = await openDynamodbStores();
  const requests = requestCounter(empty.client);
  expect(await empty.images.list({ limit: 20 })).toEqual([]);
  expect(requests.count()).toBeLessThanOrEqual(2);
  await empty.close();
});
