import type { Clock } from "./clock.ts";

/** How long a new tab waits for an answer of the others, which takes a few milliseconds. */
export const greetingMs = 30;
/** How long a tab waits for a token that another one has requested. */
const patienceMs = 3_000;

/**
 * What this tab knows of refreshes in other tabs. Tabs take turns: one refresh serves all, and no late answer leaves the
 * browser with an older cookie, which the server would take for a stolen one. The server would serve them at once as
 * well, but it records each as a retry, which the list of sessions shows as a possible theft.
 */
export function refreshTurns(clock: Clock) {
  let busyUntilMs = 0;
  let wake = () => {};

  function message(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const callOff = clock.after(withinMs, resolve);
      wake = () => (callOff(), resolve());
    });
  }

  return {
    startedRefresh() {
      busyUntilMs = clock.now() + patienceMs;
      wake();
    },

    endedRefresh() {
      busyUntilMs = 0;
      wake();
    },

    /** Resolves when another tab sends a message about a refresh, or after `greetingMs`. */
    answer: () => message(greetingMs),

    /** Resolves when no other tab is known to be refreshing. */
    async turn() {
      const leftMs = busyUntilMs - clock.now();
      if (leftMs > 0) await message(leftMs);
    },
  };
}
