import { abandonedAfterMs, uploadKeyOf } from "../../domain/image.ts";
import { after } from "../../domain/session.ts";
import type { Owned } from "../../domain/owned.ts";
import type { Images } from "../../ports/images.ts";
import type { MediaFiles } from "../../ports/media.ts";
import type { ObjectStore } from "../../ports/object-store.ts";

interface Dependencies {
  readonly images: Images;
  /** Undefined: there is no media. */
  readonly media?: MediaFiles | undefined;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

export type AbandonedUploads = ReturnType<typeof abandonedUploads>;

const atOnce = 100;

/** Uploads that were never completed. */
export function abandonedUploads({ images, media, objectStore, now }: Dependencies) {
  /** Discards an upload; a published image stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  /** The same for media: stored media stays. */
  async function discardMedia(file: Owned): Promise<void> {
    await media?.removePending(file);
    await objectStore.closeUpload(uploadKeyOf(file.id)).catch(() => undefined);
  }

  /** Discards all uploads that were started a day ago and never completed. Returns their number. */
  async function giveUp(): Promise<number> {
    const before = after(now(), -abandonedAfterMs);
    const pictures = await all(
      () => images.listAbandoned(before, atOnce),
      ({ id }) => discard(id),
    );
    const files = media ? await all(() => media.listAbandoned(before, atOnce), discardMedia) : 0;
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
    for (const item of found) await discard(item);
    count += found.length;
    if (found.length < atOnce) return count;
  }
}
