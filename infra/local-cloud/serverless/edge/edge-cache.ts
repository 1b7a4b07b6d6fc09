import type { CachePolicy } from "./distribution.ts";
import { globMatches } from "./distribution.ts";

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

interface Entry {
  readonly uri: string;
  readonly answer: StoredAnswer;
  readonly storedAt: number;
  readonly expiresAt: number;
}

/** One cache for all viewers: that of one edge location. What is large is kept too. */
export function edgeCache(now: () => Date) {
  const entries = new Map<string, Entry>();
  return {
    /** What was stored; `isFresh` is false after its time, when it may only stand for an origin that fails. */
    find(key: string): { answer: StoredAnswer; ageS: number; isFresh: boolean } | undefined {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const at = now().getTime();
      const ageS = Math.floor((at - entry.storedAt) / 1000);
      return { answer: entry.answer, ageS, isFresh: at < entry.expiresAt };
    },
    store(key: string, uri: string, answer: StoredAnswer, ttlS: number): void {
      if (ttlS <= 0) return;
      const storedAt = now().getTime();
      entries.set(key, { uri, answer, storedAt, expiresAt: storedAt + ttlS * 1000 });
    },
    /** Paths as an invalidation has them: `*` is a wildcard at the end alone. */
    invalidate(paths: readonly string[]): void {
      for (const [key, { uri }] of entries) {
        if (paths.some((path) => (path.endsWith("*") ? globMatches(path, uri) : path === uri)))
          entries.delete(key);
      }
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html */
const cachedErrors = [400, 403, 404, 405, 410, 414, 416, 500, 501, 502, 503, 504];
/** For others `no-store` is ignored. */
const errorsThatNoStoreKeepsOut = [404, 410, 414, 501];

/**
 * Seconds that an answer stays in the cache. With a least time above 0, also what says `no-store` stays that long.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export function ttlOf(
  { status, headers }: StoredAnswer,
  policy: CachePolicy,
  errorTtlS: number,
  now: Date,
): number {
  const directives = String(headers["cache-control"] ?? "").toLowerCase();
  const isRefused = /(^|[\s,])(no-store|no-cache|private)($|[\s,=])/.test(directives);
  const age = declaredAge(directives, headers["expires"], now);
  if (status >= 400) {
    if (!cachedErrors.includes(status)) return 0;
    if (isRefused && errorsThatNoStoreKeepsOut.includes(status)) return 0;
    return Math.max(errorTtlS, Math.min(age ?? 0, policy.maxTtlS));
  }
  if (isRefused) return policy.minTtlS;
  return Math.max(policy.minTtlS, age === undefined ? policy.defaultTtlS : Math.min(age, policy.maxTtlS));
}

function declaredAge(directives: string, expires: unknown, now: Date): number | undefined {
  const seconds = /s-maxage="?(\d+)/.exec(directives)?.[1] ?? /max-age="?(\d+)/.exec(directives)?.[1];
  if (seconds !== undefined) return Number(seconds);
  if (typeof expires !== "string") return undefined;
  const until = Date.parse(expires);
  return Number.isNaN(until) ? 0 : Math.max(0, (until - now.getTime()) / 1000);
}
