import type { Metrics } from "../../ports/metrics.ts";

interface Dependencies {
  readonly namespace: string;
  /** Writes one line of JSON. */
  readonly write: (fields: object) => void;
  readonly now: () => Date;
}

export interface EmfMetrics extends Metrics {
  /** A code whose mail was not sent. */
  unsentMail(): void;
}

/**
 * Metrics as lines of the log, from which CloudWatch takes them: no call waits for them, and a frozen environment has
 * none left to send. Each name is paid for, hence few names and no dimensions.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfMetrics({ namespace, write, now }: Dependencies): EmfMetrics {
  function put(values: Readonly<Record<string, number>>): void {
    const Metrics = Object.keys(values).map((Name) => ({
      Name,
      Unit: Name.endsWith("Ms") ? "Milliseconds" : "Count",
    }));
    const CloudWatchMetrics = [{ Namespace: namespace, Dimensions: [[]], Metrics }];
    write({ _aws: { Timestamp: now().getTime(), CloudWatchMetrics }, ...values });
  }

  return {
    slots: () => {}, // an environment serves one request at a time

    request: ({ status, ms }) =>
      put({
        Requests: 1,
        RequestMs: ms,
        ...(status >= 500 && status !== 503 && { Bugs: 1 }),
        ...(status === 503 && { Unavailable: 1 }),
        ...(status >= 400 && status < 500 && { Refusals: 1 }),
      }),

    event(event, limit) {
      if (event === "sign_in_failed") put({ RefusedSignIns: 1 });
      if (event === "refresh_reused") put({ StolenTokens: 1 });
      if (event === "text_sent") put({ TextMessages: 1 });
      if (event === "texts_exhausted") put({ TextsExhausted: 1 });
      if (limit !== undefined) put({ LimitsReached: 1 });
    },

    image: (outcome, ms) => put(outcome === "taken" ? { Images: 1, ImageMs: ms } : { RefusedImages: 1 }),

    unsentMail: () => put({ UnsentMail: 1 }),
  };
}
