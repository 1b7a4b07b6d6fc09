const name = "tintype-renewal";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The secret of one renewal of the session. The server repeats a lost reply to a request that brings the same one. */
export type RenewalKey = { get(): string; drop(): void };

/**
 * Keeps the key of a renewal under way in what `open` returns, for a page that is reloaded meanwhile and for other tabs,
 * and in memory only if that throws. `drop` is for the reply: the next renewal has another key.
 */
export function renewalKey(open: () => Store): RenewalKey {
  let held: string | undefined;

  function attempt<T>(work: (store: Store) => T): T | undefined {
    try {
      return work(open());
    } catch {
      return undefined;
    }
  }

  return {
    get() {
      held ??= attempt((store) => store.getItem(name)) ?? newKey();
      const key = held;
      attempt((store) => store.setItem(name, key));
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
