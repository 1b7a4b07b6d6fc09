import { setTimeout as sleep } from "node:timers/promises";

/** Repeats a probe until it returns something truthy, and returns that. A probe that throws counts as false. */
export async function waitFor<Answer>(
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
