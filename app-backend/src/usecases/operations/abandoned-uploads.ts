import { abandonedAfterMs, uploadKeyOf } from "../../domain/image.ts";
import { after } from "../../domain/time.ts";
import type { Images } from "../../ports/images.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import { inParallel } from "./in-parallel.ts";

interface Dependencies {
  readonly images: Images;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

export type AbandonedUploads = ReturnType<typeof abandonedUploads>;

const pageSize = 100;
/** Those of one account change its quota: more at a time would only refuse each other. */
const atOnce = 4;

/** Uploads that were never completed. */
export function abandonedUploads({ images, objectStore, now }: Dependencies) {
  /** Discards an upload; a published image stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  /**
   * Discards all uploads that were started a day ago and never completed. Returns their number; throws the first error,
   * after trying all of its page.
   */
  async function giveUp(): Promise<number> {
    const found = await images.listAbandoned(after(now(), -abandonedAfterMs), pageSize);
    const errors: unknown[] = [];
    await inParallel(atOnce, found, ({ id }) =>
      discard(id).catch((error: unknown) => void errors.push(error)),
    );
    if (errors.length > 0) throw errors[0];
    return found.length === pageSize ? found.length + (await giveUp()) : found.length;
  }

  return { discard, giveUp };
}
