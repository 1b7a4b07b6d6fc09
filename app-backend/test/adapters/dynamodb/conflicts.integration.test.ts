import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { AppError } from "../../../src/domain/app-error.ts";
import { after } from "../../../src/domain/time.ts";
import { at, holderOf, reference, someSession } from "../../contract/fixtures.ts";
import { cancelled, type Fault, faultyDynamodb, onWrites, refusal } from "./faulty-dynamodb.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";
import { endpoints } from "./tables.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let proxy: Awaited<ReturnType<typeof faultyDynamodb>>;
let stores: DynamodbStores;
let accountId: string;

beforeAll(async () => {
  proxy = await faultyDynamodb(endpoints.serial);
  stores = await openDynamodbStores({ through: proxy.url });
});
afterAll(async () => {
  proxy.close();
  await stores.close();
});
beforeEach(async () => {
  accountId = await stores.raw.addAccount();
  await stores.images.add(pending()); // registers its feed
  proxy.requests.length = 0;
});
afterEach(() => proxy.decideBy(() => undefined));

const pending = () => ({
  id: randomUUID(),
  accountId,
  name: "a",
  contentType: "image/png",
  bytes: 100,
  createdAt: at,
});
const conflict = cancelled("TransactionConflict", "None");
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);

async function addWith(...faults: Fault[]): Promise<boolean> {
  proxy.decideBy(onWrites(...faults));
  return stores.images.add(pending());
}

describe("a cancelled transaction", () => {
  test("SLS-20 is a no if a condition is the only reason", async () => {
    expect(await addWith(cancelled("None", "ConditionalCheckFailed"))).toBe(false);
    expect(proxy.requests).toEqual(["TransactWriteItems"]);
  });

  test.each([
    ["a conflict", ["TransactionConflict", "None"]],
    ["a condition and a conflict", ["TransactionConflict", "ConditionalCheckFailed"]],
  ])("SLS-20 is sent again after %s", async (_reason, codes) => {
    expect(await addWith(cancelled(...codes))).toBe(true);
    expect(proxy.requests).toHaveLength(2);
  });

  test("SLS-20 is sent again at most 8 times", async () => {
    expect(await addWith(...times(8, conflict))).toBe(true);
    proxy.requests.length = 0;
    await expect(addWith(...times(99, conflict))).rejects.toMatchObject({ code: "unavailable" });
    expect(proxy.requests).toHaveLength(9);
  });

  test.each([
    ["throttling", ["ThrottlingError", "None"]],
    ["throttling and a condition", ["ConditionalCheckFailed", "ThrottlingError"]],
    ["throttling and a conflict", ["TransactionConflict", "ThrottlingError"]],
    ["too little capacity", ["None", "ProvisionedThroughputExceeded"]],
  ])("SLS-20 is 'not now' after %s", async (_reason, codes) => {
    await expect(addWith(cancelled(...codes))).rejects.toMatchObject({ code: "unavailable" });
    expect(proxy.requests).toHaveLength(1);
  });

  test("SLS-20 is a bug for any other reason", async () => {
    const failed = addWith(cancelled("None", "ValidationError"));
    await expect(failed).rejects.not.toBeInstanceOf(AppError);
  });
});

describe("a write of one item", () => {
  test.each(["TransactionConflictException", "ReplicatedWriteConflictException"])(
    "SLS-20 is sent again after %s",
    async (name) => {
      const session = someSession(accountId);
      await stores.sessions.add(session);
      proxy.requests.length = 0;
      proxy.decideBy(onWrites(refusal(name), refusal(name)));
      const step = { ...holderOf(session), credentialVersion: 0, from: session.current, to: reference() };
      const moments = { currentSince: at, at: after(at, 1000), idleEndsAt: after(at, 2000) };
      expect(await stores.sessions.rotate({ ...step, ...moments })).toBe(true);
      expect(proxy.requests).toHaveLength(3);
    },
  );
});

test("SLS-20 of 50 writers of one account each that succeeds is counted, and the others can try again", async () => {
  // DynamoDB refuses a transaction while another has the same item.
  proxy.decideBy((operation) =>
    operation === "TransactWriteItems" && proxy.transactions() > 0 ? conflict : undefined,
  );
  const all = Array.from({ length: 50 }, pending);
  const outcomes = await Promise.allSettled(all.map((image) => stores.images.add(image)));
  const added = outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value);
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.code] : []));
  expect(new Set(refused)).toEqual(new Set(refused.length > 0 ? ["unavailable"] : []));
  expect(added.length + refused.length).toBe(50);
  expect(added.length).toBeGreaterThan(0);
  for (const [index, { id }] of all.entries())
    expect((await stores.images.get(id)) !== undefined).toBe(outcomes[index]?.status === "fulfilled");
  const account = await stores.db.get({ table: "records", pk: `account#${accountId}`, sk: "account" });
  expect(account?.["images"]).toEqual({ N: String(added.length + 1) });
});
