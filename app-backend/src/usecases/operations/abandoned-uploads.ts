import { abandonedAfterMs, uploadKeyOf } from "../../domain/image.ts";
import type { Owned } from "../../domain/owned.ts";
import { after } from "../../domain/time.ts";
import type { Images } from "../../ports/images.ts";
import type { MediaFiles } from "../../ports/media.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import { inParallel } from "./in-parallel.ts";

interface Dependencies {
  readonly images: Images;
  readonly media: MediaFiles;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

export type AbandonedUploads = ReturnType<typeof abandonedUploads>;

const pageSize = 100;
/** Those of one account change its quota: more at a time would only refuse each other. */
const atOnce = 4;

/** Uploads that were never completed. */
export function abandonedUploads({ images, media, objectStore, now }: Dependencies) {
  /** Discards an upload; a published image stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  /** The same for media: stored media stays. */
  async function discardMedia(file: Owned): Promise<void> {
    await media.removePending(file);
    await objectStore.closeUpload(uploadKeyOf(file.id)).catch(() => undefined);
  }

  /**
   * Discards all uploads that were started a day ago and never completed. Returns their number; throws the first error,
   * after trying all of its page.
   */
  async function giveUp(): Promise<number> {
    const before = after(now(), -abandonedAfterMs);
    const pictures = await all(
      () => images.listAbandoned(before, pageSize),
      ({ id }) => discard(id),
    );
    const files = await all(() => media.listAbandoned(before, pageSize), discardMedia);
    return pictures + files;
  }

  return { discard, discardMedia, giveUp };
}

/** Does something with each page of a list, from which it thereby disappears. Returns their number. */
async function all<Item>(
  list: () => Promise<readonly Item[]>,
  discard: (item: Item) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (;;) {
    const found = await list();
    const errors: unknown[] = [];
    await inParallel(atOnce, found, (item) =>
      discard(item).catch((error: unknown) => void errors.push(error)),
    );
    if (errors.length > 0) throw errors[0];
    count += found.length;
    if (found.length < pageSize) return count;
  }
}
