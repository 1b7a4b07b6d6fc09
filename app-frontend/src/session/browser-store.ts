export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Runs `work` on the store that `open` returns; undefined if either throws, as in a browser without storage. */
export function browserStore(open: () => Store) {
  return function attempt<T>(work: (store: Store) => T): T | undefined {
    try {
      return work(open());
    } catch {
      return undefined;
    }
  };
}
