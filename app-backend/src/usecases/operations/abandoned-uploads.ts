import { abandonedAfterMs, uploadKeyOf } from "../../domain/image.ts";
import { after } from "../../domain/session.ts";
import type { Images } from "../../ports/images.ts";
import type { ObjectStore } from "../../ports/object-store.ts";

interface Dependencies {
  readonly images: Images;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

export type AbandonedUploads = ReturnType<typeof abandonedUploads>;

const atOnce = 100;

/** Uploads that never become images. */
export function abandonedUploads({ images, objectStore, now }: Dependencies) {
  /** Gives up an upload; what has been published of it stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  /** Gives up all that were begun a day ago and never completed. Gives how many. */
  async function giveUp(): Promise<number> {
    const found = await images.listAbandoned(after(now(), -abandonedAfterMs), atOnce);
    for (const { id } of found) await discard(id);
    return found.length === atOnce ? found.length + (await giveUp()) : found.length;
  }

  return { discard, giveUp };
}
