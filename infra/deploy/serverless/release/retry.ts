import { setTimeout as sleepMs } from "node:timers/promises";

export interface RetryProps {
  /** Whether an error passes by itself. */
  readonly isTransient: (error: unknown) => boolean;
  /** For how long from the first try. @default - a minute */
  readonly withinMs?: (error: unknown) => number;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** How long a change of rights, of a role or of a function may take to reach all of AWS. */
const minuteMs = 60_000;
const everyMs = 2000;

/** Does `work` again while its errors pass by themselves and their time lasts; then rejects with the last of them. */
export async function retried<T>(work: () => Promise<T>, props: RetryProps): Promise<T> {
  const { isTransient, withinMs = () => minuteMs, now = Date.now, sleep = sleepMs } = props;
  for (const begun = now(); ;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || now() + everyMs > begun + withinMs(error)) throw error;
      await sleep(everyMs);
    }
  }
}
