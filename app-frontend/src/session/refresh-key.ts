import { browserStore, type Store } from "./browser-store.ts";

const name = "tintype-renewal";

/** The secret of one renewal of the session. The server repeats a lost reply to a request that brings the same one. */
export type RefreshKey = { get(): string; drop(): void };

/**
 * Keeps the key of a renewal under way in what `open` returns, for other tabs and for this page after a reload, and in
 * memory only if that throws. `drop` is for the reply: the next renewal has another key.
 */
export function refreshKey(open: () => Store): RefreshKey {
  const attempt = browserStore(open);
  let held: string | undefined;
  let isStored = false;

  return {
    get() {
      // What is stored counts. A key that this tab remembers may be of a renewal that another tab has finished since.
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

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // there on plain HTTP too, unlike randomUUID
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
