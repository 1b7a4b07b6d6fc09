import type { Outcome } from "./environment.ts";
import type { FunctionDescription } from "./function-description.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxEventBytes = 1024 * 1024;
/** Before the first and the second retry: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const retryDelaysMs = [60_000, 120_000];
const maxBackoffMs = 300_000;

export type Invocation =
  | (Outcome & { readonly kind: "ran" })
  /** As many as may run do so. */
  | { readonly kind: "throttled" }
  /** The event is larger than 6 MB. */
  | { readonly kind: "tooLarge" }
  | { readonly kind: "notFound" };

/** An asynchronous event that was given up. AWS sends it to a destination; none is emulated. */
export interface Dropped {
  readonly arn: string;
  readonly payload: string;
  readonly reason: "RetriesExhausted" | "EventAgeExceeded";
  /** How often the function was run with it. */
  readonly runs: number;
}

export interface AsyncInvocationsProps {
  readonly invoke: (arn: string, payload: string) => Promise<Invocation>;
  readonly describe: (arn: string) => Promise<FunctionDescription | undefined>;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly onDropped?: (event: Dropped) => void;
}

/** The queue before a function that is invoked with `Event`. A function's own failures are retried, throttling is waited out. */
export function asyncInvocations({ invoke, describe, now, sleep, onDropped }: AsyncInvocationsProps) {
  const stopped = new AbortController();

  async function deliver(arn: string, payload: string, limits: FunctionDescription): Promise<void> {
    const until = now().getTime() + limits.maxEventAgeMs;
    let runs = 0;
    for (let throttled = 0; !stopped.signal.aborted;) {
      const result = await invoke(arn, payload);
      if (result.kind === "notFound" || (result.kind === "ran" && !result.failed)) return;
      if (result.kind === "ran") runs += 1;
      else throttled += 1;
      if (runs > limits.maxRetries) return onDropped?.({ arn, payload, reason: "RetriesExhausted", runs });
      const waitMs =
        result.kind === "ran"
          ? retryDelaysMs[runs - 1]!
          : Math.min(1000 * 2 ** (throttled - 1), maxBackoffMs);
      if (now().getTime() + waitMs > until) {
        return onDropped?.({ arn, payload, reason: "EventAgeExceeded", runs });
      }
      await sleep(waitMs, stopped.signal);
    }
  }

  return {
    /** `accepted` before it runs; what becomes of it is in the log alone. */
    async invokeAsync(arn: string, payload: string): Promise<"accepted" | "tooLarge" | "notFound"> {
      if (Buffer.byteLength(payload) > maxEventBytes) return "tooLarge";
      const description = await describe(arn);
      if (description === undefined) return "notFound";
      // Its only error is the end of `sleep` by `stop`.
      void deliver(arn, payload, description).catch(() => {});
      return "accepted";
    },
    stop: () => stopped.abort(),
  };
}
