import { setTimeout as sleep } from "node:timers/promises";

/** Resolves when the condition holds; throws if it does not within that time. */
export async function eventually(isSo: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await isSo()); await sleep(50))
    if (Date.now() > deadline) throw new Error("it never came to be");
}
