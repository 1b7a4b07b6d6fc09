import { type ApiError, hasCode } from "../../api/error.ts";
import { failureOf } from "../../forms/errors.ts";
import type { GalleryImage, ImagePage } from "../../api/images.ts";
import { emitter } from "../../emitter.ts";

export type ImageListState = {
  items: readonly GalleryImage[];
  status: "idle" | "loading" | "failed";
  /** Whether all images are loaded. */
  complete: boolean;
  /** The last error; kept until a page is loaded. */
  error?: ApiError | undefined;
};

/** Fills whole rows of the grid, of three, four or five columns. */
export const pageSize = 60;

type Source = {
  /** The next page, from the newest image on. */
  page: (cursor: string | undefined) => Promise<ImagePage>;
  /** One image with URLs that are fresh. */
  image: (id: string) => Promise<GalleryImage>;
};

export type ImageList = ReturnType<typeof imageList>;

/** Images, loaded page by page on demand. */
export function imageList({ page, image }: Source) {
  const changed = emitter();
  const renewals = new Map<string, Promise<void>>();
  let state: ImageListState = { items: [], status: "idle", complete: false };
  let cursor: string | undefined;
  let loading: Promise<void> | undefined;

  function become(change: Partial<ImageListState>) {
    state = { ...state, ...change };
    changed.emit();
  }

  async function load() {
    become({ status: "loading" });
    try {
      const next = await page(cursor);
      cursor = next.cursor;
      const items = joined(state.items, next.items);
      become({ items, status: "idle", complete: cursor === undefined, error: undefined });
    } catch (error) {
      become({ status: "failed", error: failureOf(error, []).form });
    }
  }

  function remove(id: string) {
    become({ items: state.items.filter((item) => item.id !== id) });
  }

  async function replace(id: string) {
    try {
      const fresh = await image(id);
      become({ items: state.items.map((item) => (item.id === id ? fresh : item)) });
    } catch (error) {
      if (!hasCode(error, "not_found")) throw error;
      remove(id);
    }
  }

  return {
    getState: () => state,
    subscribe: changed.subscribe,
    remove,

    /** Loads the next page, if there is one. Calls while it loads share it; it never rejects. */
    async more() {
      if (!state.complete) await (loading ??= load().finally(() => (loading = undefined)));
    },

    /** Adds a new image at the front. */
    add(added: GalleryImage) {
      become({ items: joined([added], state.items) });
    },

    /** Loads fresh URLs of an image; removes it from the list if it was deleted. */
    async renew(id: string) {
      if (!renewals.has(id))
        renewals.set(
          id,
          replace(id).finally(() => renewals.delete(id)),
        );
      await renewals.get(id);
    },
  };
}

/** Both lists in order without duplicates: an image may have been added while a page was loading. */
function joined(items: readonly GalleryImage[], more: readonly GalleryImage[]): GalleryImage[] {
  const known = new Set(items.map((item) => item.id));
  return [...items, ...more.filter((item) => !known.has(item.id))];
}
