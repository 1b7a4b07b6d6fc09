import { abandonedAfterMs, uploadKeyOf } from "../../domain/image.ts";
import { after } from "../../domain/time.ts";
import type { Images } from "../../ports/images.ts";
import type { ObjectStore } from "../../ports/object-store.ts";

interface Dependencies {
  readonly images: Images;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

export type AbandonedUploads = ReturnType<typeof abandonedUploads>;

const atOnce = 100;

/** Uploads that were never completed. */
export function abandonedUploads({ images, objectStore, now }: Dependencies) {
  /** Discards an upload; a published image stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  /** Discards all uploads that were started a day ago and never completed. Returns their number. */
  async function giveUp(): Promise<number> {
    const found = await images.listAbandoned(after(now(), -abandonedAfterMs), atOnce);
    for (const { id } of found) await discard(id);
    return found.length === atOnce ? found.length + (await giveUp()) : found.length;
  }

  return { discard, giveUp };
}
