export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Works on what `open` returns; the result is undefined if either throws, as in a browser that keeps nothing. */
export function browserStore(open: () => Store) {
  return function attempt<T>(work: (store: Store) => T): T | undefined {
    try {
      return work(open());
    } catch {
      return undefined;
    }
  };
}
