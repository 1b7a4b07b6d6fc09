import { setTimeout as sleep } from "node:timers/promises";

/** Work that responses do not wait for. A process that is suspended or ends after a response awaits `drain` first. */
export function backgroundWork(onError: (error: unknown) => void) {
  const inProgress = new Set<Promise<void>>();
  let ending = new AbortController();

  async function persist(work: () => Promise<void>, [pauseMs, ...later]: readonly number[]): Promise<void> {
    try {
      return await work();
    } catch (error) {
      if (pauseMs === undefined) throw error;
    }
    await sleep(pauseMs, undefined, { signal: ending.signal }).catch(() => undefined);
    return persist(work, ending.signal.aborted ? [] : later);
  }

  return {
    /** Work that fails is tried again after each of the pauses. */
    afterAnswer(work: () => Promise<void>, pausesMs: readonly number[] = []): void {
      const running = persist(work, pausesMs)
        .catch(onError)
        .finally(() => inProgress.delete(running));
      inProgress.add(running);
    },
    /** Resolves when no work is in progress. What waits to be tried again is tried once more at once. */
    async drain(): Promise<void> {
      ending.abort();
      await Promise.all(inProgress);
      ending = new AbortController();
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
