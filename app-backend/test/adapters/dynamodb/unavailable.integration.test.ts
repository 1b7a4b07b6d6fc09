import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { openDynamodb } from "../../../src/adapters/dynamodb/client.ts";
import { dynamodb } from "../../../src/adapters/dynamodb/requests.ts";
import { at, holderOf, someSession } from "../../contract/fixtures.ts";
import { cancelled, faultyDynamodb, refusal } from "./faulty-dynamodb.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { type DynamodbStores, openDynamodbStores, storesOf } from "./stores.ts";
import { endpoints } from "./tables.ts";
import { timeOf, within } from "../../within.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let proxy: Awaited<ReturnType<typeof faultyDynamodb>>;
let stores: DynamodbStores;

beforeAll(async () => {
  proxy = await faultyDynamodb(endpoints.serial);
  stores = await openDynamodbStores();
});
afterAll(async () => {
  proxy.close();
  await stores.close();
});
afterEach(() => proxy.decideBy(() => undefined));

/** With the timeouts of a deployment. */
function openAt(endpoint: string) {
  const client = openDynamodb({ region: stores.tables.region, endpoint });
  const db = dynamodb({ client, tables: stores.tables.names });
  return { ...storesOf(db), probe: db.probe, close: () => client.destroy() };
}

const unavailable = { code: "unavailable" };

describe("DynamoDB that", () => {
  test("SLS-22 takes connections and never answers is 'not now' within 3 seconds, and used again when it answers", async () => {
    const { accounts, probe, close } = openAt(proxy.url);
    const id = await stores.raw.addAccount();
    const refused = async () => {
      const all = await Promise.allSettled(Array.from({ length: 10 }, () => accounts.get(id)));
      for (const outcome of all) expect(outcome).toMatchObject({ status: "rejected", reason: unavailable });
    };
    await within(3_000, async () => {
      proxy.decideBy(() => "no answer");
      const before = proxy.requests.length;
      const ms = await timeOf(refused);
      expect(proxy.requests.length - before).toBeLessThanOrEqual(30);
      await expect(probe()).rejects.toMatchObject(unavailable);
      proxy.decideBy(() => undefined);
      await expect(probe()).resolves.toBeUndefined();
      expect(await accounts.get(id)).toMatchObject({ id });
      return ms;
    });
    close();
  });

  test.each([
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "AccessDeniedException",
    "ExpiredTokenException",
  ])("SLS-21 refuses by %s is 'not now'", async (name) => {
    const { images, close } = openAt(proxy.url);
    proxy.decideBy(() => refusal(name));
    await expect(images.list({ limit: 20 })).rejects.toMatchObject(unavailable);
    close();
  });

  test("SLS-24 throttles the index of images is 'not now' for a publication, which works later, and sessions go on", async () => {
    const { images, sessions, close } = openAt(proxy.url);
    const accountId = await stores.raw.addAccount();
    const id = randomUUID();
    await images.add({ id, accountId, name: "a", contentType: "image/png", bytes: 100, createdAt: at });
    proxy.decideBy((operation) =>
      operation === "TransactWriteItems" ? cancelled("ThrottlingError", "None") : undefined,
    );
    await expect(images.publish(id, renditionOf(id), at)).rejects.toMatchObject(unavailable);
    const session = someSession(accountId);
    await sessions.add(session);
    expect(await sessions.get(holderOf(session))).toMatchObject(session);
    proxy.decideBy(() => undefined);
    expect(await images.publish(id, renditionOf(id), at)).toBe(true);
    close();
  });
});
