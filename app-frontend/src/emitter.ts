/** Passes events on to those who subscribed. */
export function emitter<Args extends unknown[] = []>() {
  const all = new Set<(...args: Args) => void>();
  return {
    /** Returns the function that unsubscribes. */
    subscribe(listener: (...args: Args) => void) {
      all.add(listener);
      return () => void all.delete(listener);
    },

    emit(...args: Args) {
      for (const listener of all) listener(...args);
    },
  };
}
