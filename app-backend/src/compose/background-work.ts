import { setTimeout as sleep } from "node:timers/promises";

/** Work that responses do not wait for. A process that is suspended or ends after a response awaits `drain` first. */
export function backgroundWork(onError: (error: unknown) => void) {
  const inProgress = new Set<Promise<void>>();
  return {
    afterAnswer(work: () => Promise<void>): void {
      const running = work()
        .catch(onError)
        .finally(() => inProgress.delete(running));
      inProgress.add(running);
    },
    /** Resolves when no work is in progress. */
    async drain(): Promise<void> {
      await Promise.all(inProgress);
    },
  };
}

/** Has work take at least that long, whether it succeeds or fails: its time then shows nothing of what was done. */
export function takingAtLeast(leastMs: number) {
  return async (work: () => Promise<void>): Promise<void> => {
    const [outcome] = await Promise.allSettled([work(), sleep(leastMs)]);
    if (outcome.status === "rejected") throw outcome.reason;
  };
}
