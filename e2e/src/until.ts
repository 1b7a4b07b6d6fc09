import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until a fact holds. A probe that throws says no. */
export async function until(fact: string, probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (const started = Date.now(); Date.now() - started < timeoutMs; await sleep(250)) {
    if (await probe().catch(() => false)) return;
  }
  throw new Error(`Not within ${timeoutMs / 1000} s: ${fact}`);
}
