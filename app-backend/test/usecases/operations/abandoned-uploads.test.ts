import { expect, test } from "@jest/globals";
import type { Images } from "../../../src/ports/images.ts";
import type { MediaFiles } from "../../../src/ports/media.ts";
import type { ObjectStore } from "../../../src/ports/object-store.ts";
import { abandonedUploads } from "../../../src/usecases/operations/abandoned-uploads.ts";

test("SLS-47 an upload that cannot be discarded keeps no other, and is tried again at the next run", async () => {
  const left = new Set(["first", "stuck", "last"]);
  let isStuck = true;
  const images = {
    listAbandoned: async () => [...left].map((id) => ({ id })),
    async removePending(id: string) {
      if (isStuck && id === "stuck") throw new Error("stuck");
      left.delete(id);
    },
  } as unknown as Images;
  const objectStore = { closeUpload: async () => {} } as unknown as ObjectStore;
  const media = { listAbandoned: async () => [] } as unknown as MediaFiles;
  const { giveUp } = abandonedUploads({ images, media, objectStore, now: () => new Date() });
  await expect(giveUp()).rejects.toThrow("stuck");
  expect([...left]).toEqual(["stuck"]);
  isStuck = false;
  expect(await giveUp()).toBe(1);
});
