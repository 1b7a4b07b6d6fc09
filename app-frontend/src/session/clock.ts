/** Time and chance, as far as a session needs them. */
export type Clock = {
  now(): number;
  /** Runs `task` after `delayMs`; gives what calls it off. */
  after(delayMs: number, task: () => void): () => void;
  /** A random part of `mostMs`. */
  someOf(mostMs: number): number;
};

export const browserClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  someOf: (mostMs) => Math.random() * mostMs,
};
