const maxTries = 4;

/** How many milliseconds the work takes. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/**
 * Measures until the milliseconds are below the limit; throws if they are not in four tries. Other processes only ever add
 * time, so the quickest try is the measurement. Each try must begin in the same state.
 */
export async function within(limitMs: number, measure: () => Promise<number>): Promise<void> {
  const triesMs: number[] = [];
  while (triesMs.length < maxTries) {
    const ms = await measure();
    if (ms < limitMs) return;
    triesMs.push(Math.round(ms));
  }
  throw new Error(`not within ${limitMs} ms: ${triesMs.join(", ")} ms`);
}
