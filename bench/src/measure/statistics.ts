/** Rounds summed up: the median is what is quoted, the spread goes from the smallest to the largest round. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/** The value below which the share `q` of the others lies; between two neighbours by their distance. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Round by round, never median by median: what slows a whole round down slows both sides of it. */
export function ratios(values: readonly number[], yardsticks: readonly number[]): number[] {
  if (values.length !== yardsticks.length) throw new Error("rounds without their yardstick");
  return values.map((value, round) => value / yardsticks[round]!);
}
