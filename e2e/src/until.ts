import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is a yes of some kind, and gives it. A probe that throws says no. */
export async function until<Answer>(
  fact: string,
  probe: () => Promise<Answer>,
  timeoutMs: number,
): Promise<Answer> {
  for (const started = Date.now(); Date.now() - started < timeoutMs; await sleep(250)) {
    const answer = await probe().catch(() => undefined);
    if (answer) return answer;
  }
  throw new Error(`Not within ${timeoutMs / 1000} s: ${fact}`);
}
