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
