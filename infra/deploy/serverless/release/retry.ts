import { setTimeout as sleepMs } from "node:timers/promises";

export interface RetryProps {
  /** Whether an error passes by itself. */
  readonly isTransient: (error: unknown) => boolean;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** How long a change of rights, of a role or of a function may take to reach all of AWS. */
const withinMs = 60_000;
const everyMs = 2000;

/** Does `work` again while its errors pass by themselves, for at most a minute; then rejects with the last of them. */
export async function retried<T>(work: () => Promise<T>, props: RetryProps): Promise<T> {
  const { isTransient, now = Date.now, sleep = sleepMs } = props;
  for (const until = now() + withinMs; ;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || now() + everyMs > until) throw error;
      await sleep(everyMs);
    }
  }
}
