import { quantile } from "../../measure/statistics.ts";

const everyMs = 5;

/** How late this process comes to what is due, looked at 200 times a second. */
export function lagMeter() {
  let lagsMs: number[] = [];
  let due = performance.now() + everyMs;

  function look(): void {
    const now = performance.now();
    lagsMs.push(Math.max(0, now - due));
    due = now + everyMs;
    setTimeout(look, everyMs).unref();
  }
  setTimeout(look, everyMs).unref();

  return {
    /** Of what was seen since it was asked last. */
    p99Ms(): number {
      const seen = lagsMs;
      lagsMs = [];
      return seen.length === 0 ? 0 : quantile(seen, 0.99);
    },
  };
}
