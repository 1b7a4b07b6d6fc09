import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { AppError } from "../../src/domain/app-error.ts";
import { limits as rules } from "../../src/domain/limit.ts";
import { type Media, maxMediaBytes, mediaQuota } from "../../src/domain/media.ts";
import { after } from "../../src/domain/time.ts";
import type { Limits } from "../../src/ports/limits.ts";
import type { MediaFiles } from "../../src/ports/media.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { type MediaUseCases, mediaUseCases } from "../../src/usecases/media.ts";
import type { AbandonedUploads } from "../../src/usecases/operations/abandoned-uploads.ts";
import { rateLimiter } from "../../src/usecases/rate-limiter.ts";
import { openDynamodbStores } from "../adapters/dynamodb/stores.ts";
import { openMysqlStores } from "../adapters/mysql/stores.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

const hourMs = 3_600_000;

const stores: [string, () => Promise<{ limits: Limits; close(): Promise<void> }>][] = [
  ["MySQL", openMysqlStores],
  ["DynamoDB", openDynamodbStores],
];

describe.each(stores)("removals of an account, counted in %s", (_, open) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let files: Map<string, Media>;
  let media: MediaUseCases;
  let accountId: string;
  let at: Date;
  let isInUse: boolean;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());
  beforeEach(() => {
    [files, accountId, isInUse] = [new Map(), randomUUID(), false];
    at = new Date("2026-06-01T10:00:00.000Z");
    const now = () => at;
    media = mediaUseCases({
      media: {
        get: async ({ id }: Media) => files.get(id),
        remove: async ({ id }: Media) => {
          if (isInUse) throw new AppError("media_in_use", "a project has it");
          const found = files.get(id);
          files.delete(id);
          return found;
        },
      } as unknown as MediaFiles,
      objectStore: { remove: async () => undefined } as unknown as ObjectStore,
      mediaIntake: { take: async () => undefined },
      abandoned: {} as AbandonedUploads,
      rateLimiter: rateLimiter({ limits: opened.limits, auditLog: () => undefined, now }),
      times: { waitMs: 1, workMs: 1 },
      ...{ now, newId: randomUUID, idOf: (text) => text },
    });
  });

  function added(bytes: number): string {
    const id = randomUUID();
    files.set(id, { id, accountId, bytes, objectKey: `media/${id}`, storedAt: at } as Media);
    return id;
  }

  /** Zero, or how long the removal has to wait. */
  async function waitOf(id: string): Promise<number> {
    try {
      await media.remove(accountId, id);
      return 0;
    } catch (error) {
      if (error instanceof AppError && error.code === "too_many_requests") return error.retryAfterMs!;
      throw error;
    }
  }

  test("UPL-35 a person removes 1,000 of 1,000 files one by one, and none waits", async () => {
    const { maxFiles, maxBytes } = mediaQuota;
    for (let count = 0; count < maxFiles; count += 1) added(Math.floor(maxBytes / maxFiles));
    for (const id of files.keys()) {
      at = after(at, 3_000);
      expect(await waitOf(id)).toBe(0);
    }
    expect(files.size).toBe(0);
  });

  test("UPL-35 of large files that are added and removed in a loop for a day 46 go at once, then 6 an hour", async () => {
    const { free, maxDelayMs, forgetMs } = rules.removalOfAccount;
    const endMs = at.getTime() + 24 * hourMs;
    const waits = [];
    let count = 0;
    while (at.getTime() < endMs) {
      const id = added(maxMediaBytes);
      const waitMs = await waitOf(id);
      if (waitMs > 0) {
        waits.push(waitMs);
        expect(files.has(id)).toBe(true);
        at = after(at, waitMs);
      } else count += 1;
    }
    expect(waits.slice(0, 3)).toEqual([1_000, maxDelayMs, maxDelayMs]);
    expect(count).toBe(free / 50 + 144);
    at = after(at, forgetMs);
    for (let again = 0; again < free / 50; again += 1) expect(await waitOf(added(maxMediaBytes))).toBe(0);
    expect(await waitOf(added(maxMediaBytes))).toBe(1_000);
  });

  test("UPL-35 a removal that is refused, as a project has the file, does not count", async () => {
    const id = added(maxMediaBytes);
    isInUse = true;
    for (let count = 0; count < 50; count += 1)
      await expect(media.remove(accountId, id)).rejects.toMatchObject({ code: "media_in_use" });
    isInUse = false;
    expect(await waitOf(id)).toBe(0);
  });
});
