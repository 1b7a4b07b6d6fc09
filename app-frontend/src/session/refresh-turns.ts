import type { Clock } from "./clock.ts";

/** How long a new tab listens for the others. They answer within a few milliseconds, or are none. */
export const greetingMs = 30;
/** How long a tab waits for the token that another one is getting. */
const patienceMs = 3_000;

/**
 * What this tab knows of the others' renewals. Tabs take turns: one is enough for all, and no late answer leaves the
 * browser with an older cookie, whose next use is theft to the server.
 */
export function refreshTurns(clock: Clock) {
  let busyUntilMs = 0;
  let wake = () => {};

  function news(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const callOff = clock.after(withinMs, resolve);
      wake = () => (callOff(), resolve());
    });
  }

  return {
    startedRenewal() {
      busyUntilMs = clock.now() + patienceMs;
      wake();
    },

    endedRenewal() {
      busyUntilMs = 0;
      wake();
    },

    /** Resolves once another tab tells anything of a renewal, or nobody did within `greetingMs`. */
    answer: () => news(greetingMs),

    /** Resolves when no other tab renews any more, as far as is known. */
    async turn() {
      const leftMs = busyUntilMs - clock.now();
      if (leftMs > 0) await news(leftMs);
    },
  };
}
