/** Who wants to hear of something. */
export function listeners<Args extends unknown[] = []>() {
  const all = new Set<(...args: Args) => void>();
  return {
    /** Gives what ends the listening. */
    add(listener: (...args: Args) => void) {
      all.add(listener);
      return () => void all.delete(listener);
    },

    tell(...args: Args) {
      for (const listener of all) listener(...args);
    },
  };
}
