const marginMs = 60_000;
const leastMs = 5_000;
const mostMs = 2 ** 31 - 1; // a longer timer fires at once

/** How long to wait before refreshing a token that lives `expiresIn` seconds: a minute less, or half if short. */
export function refreshDelayMs(expiresIn: number): number {
  const lifeMs = expiresIn * 1000;
  return Math.min(Math.max(lifeMs - marginMs, lifeMs / 2, leastMs), mostMs);
}
