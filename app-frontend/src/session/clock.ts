/** Time and randomness for the session. */
export type Clock = {
  now(): number;
  /** Runs `task` after `delayMs`; returns a function that cancels it. */
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
