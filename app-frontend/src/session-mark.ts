const key = "tintype-session";

/** Remembers that this browser has a session: the cookie itself is hidden from scripts. It tells nothing about whose. */
export type SessionMark = { isSet(): boolean; set(): void; clear(): void };

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** In what `open` gives, which may throw: where a browser keeps nothing, there may be a session all the same. */
export function sessionMark(open: () => Store): SessionMark {
  function attempt<T>(work: (store: Store) => T): T | undefined {
    try {
      return work(open());
    } catch {
      return undefined;
    }
  }

  return {
    isSet: () => attempt((store) => store.getItem(key)) !== null,
    set: () => attempt((store) => store.setItem(key, "1")),
    clear: () => attempt((store) => store.removeItem(key)),
  };
}
