import { newKey } from "../api/new-key.ts";
import { browserStore, type Store } from "./browser-store.ts";

const name = "tintype-renewal";

/** The idempotency key of one refresh of the session. The server repeats a lost response if the key is the same. */
export type RefreshKey = { get(): string; drop(): void };

/**
 * Keeps the key of a refresh in progress in the store that `open` returns, for other tabs and after a reload of this
 * page, and only in memory if that throws. Call `drop` after the response: the next refresh has another key.
 */
export function refreshKey(open: () => Store): RefreshKey {
  const attempt = browserStore(open);
  let held: string | undefined;
  let isStored = false;

  return {
    get() {
      // The stored key wins: a remembered one may belong to a refresh that another tab has finished since.
      const stored = attempt((store) => store.getItem(name)) ?? undefined;
      const key = stored ?? (isStored ? undefined : held) ?? newKey();
      held = key;
      isStored = attempt((store) => (store.setItem(name, key), true)) ?? false;
      return key;
    },
    drop() {
      held = undefined;
      attempt((store) => store.removeItem(name));
    },
  };
}
