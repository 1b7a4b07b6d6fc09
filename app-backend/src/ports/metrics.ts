export interface RequestFacts {
  readonly method: string;
  /** The route's pattern, or `none`: labels have a fixed set of values, none of which a client controls. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Problem code, if it was refused. */
  readonly refusal?: string | undefined;
}

/** Counts and measures. No label or dimension is an id, or anything that a client controls. */
export interface Metrics {
  /** Shows how many slots of one kind are taken. `of` has a fixed set of values. */
  slots(of: string, read: () => number): void;
  request(facts: RequestFacts): void;
  /** An event of the audit log, and the limit that was reached. */
  event(event: string, limit: string | undefined): void;
  /** An image that was processed or refused, and how long that took. */
  image(outcome: "taken" | "refused", ms: number): void;
}
