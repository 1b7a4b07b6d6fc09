import type { Throttle } from "./api-description.ts";

/** One bucket a name: full at first, filled again at the rate. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html */
export function tokenBuckets(now: () => Date) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return function take(name: string, { burst, ratePerSecond }: Throttle): boolean {
    const at = now().getTime();
    const bucket = buckets.get(name) ?? { tokens: burst, at };
    buckets.set(name, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * ratePerSecond);
    bucket.at = at;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
