import type { Clock } from "./clock.ts";

/** How long a new tab listens for the others. They answer within a few milliseconds, or are none. */
export const greetingMs = 30;
/** How long a tab waits for the token that another one is getting. */
const patienceMs = 3_000;

/**
 * What this tab knows of the others' renewals. Two that overlap may leave the browser with the older of two cookies,
 * if the answers come in the wrong order: to the server its next use is theft. So tabs take turns.
 */
export function otherTabs(clock: Clock) {
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
