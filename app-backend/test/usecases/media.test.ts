import { expect, test } from "@jest/globals";
import type { PendingMedia, StoredMedia } from "../../src/domain/media.ts";
import type { MediaFiles } from "../../src/ports/media.ts";
import type { ObjectStore } from "../../src/ports/object-store.ts";
import { mediaUseCases } from "../../src/usecases/media.ts";
import type { AbandonedUploads } from "../../src/usecases/operations/abandoned-uploads.ts";
import type { RateLimiter } from "../../src/usecases/rate-limiter.ts";

test("DEP-05 a file of a form is waited for in a process that stops, without asking the store again", async () => {
  let [pending, gets] = [undefined as PendingMedia | undefined, 0];
  const media = {
    get: async () => ((gets += 1), pending),
    add: async (file: PendingMedia) => ((pending = file), true),
    store: async (_: unknown, stored: StoredMedia) => ({ ...pending, ...stored, storedAt: new Date() }),
  } as unknown as MediaFiles;
  const taken = { sha256: "a", contentType: "audio/mpeg", bytes: 1, objectKey: "media/a/b/a.mp3" };
  let finish = () => {};
  const finished = new Promise<StoredMedia>((resolve) => (finish = () => resolve(taken)));
  const { receive, hurry } = mediaUseCases({
    media,
    objectStore: { remove: async () => {}, closeUpload: async () => {} } as unknown as ObjectStore,
    mediaIntake: { take: () => finished },
    abandoned: {} as AbandonedUploads,
    rateLimiter: { consume: async () => {}, refund: async () => {} } as unknown as RateLimiter,
    times: { waitMs: 5, workMs: 60_000 },
    now: () => new Date(),
    newId: () => "b",
    idOf: (text) => text,
  });
  const file = { id: "b", name: "a.mp3", bytes: 1 };
  const received = receive("a", file, new AbortController().signal);
  hurry();
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(gets).toBeLessThan(5);
  finish();
  expect(await received).toMatchObject({ id: "b", objectKey: taken.objectKey });
});
