/** The outcome of the requests of a load. */
export interface Statistics {
  readonly requests: number;
  /** Of each request that failed: what it asked for and what came instead. */
  readonly failures: readonly string[];
  readonly p99Ms: number;
  readonly slowestMs: number;
  readonly perSecond: number;
}

/** Counts requests from now on. */
export function statistics() {
  const startedAt = performance.now();
  const ms: number[] = [];
  const failures: string[] = [];
  return {
    note(tookMs: number, failure: string | undefined): void {
      ms.push(tookMs);
      if (failure !== undefined) failures.push(`${new Date().toISOString()} ${failure}`);
    },
    result(): Statistics {
      const sorted = ms.toSorted((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
      const seconds = (performance.now() - startedAt) / 1000;
      const rate = Math.round(ms.length / seconds);
      return { requests: ms.length, failures, p99Ms: at(0.99), slowestMs: at(1), perSecond: rate };
    },
  };
}
