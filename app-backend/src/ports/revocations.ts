/** Until when tokens of others are refused, by subject: a family of tokens, or an account. */
export interface Revocations {
  /**
   * Revokes the tokens of a subject whose sign-in was at that time or before. Of several times the latest counts. May be
   * forgotten at `until`.
   */
  add(subject: string, signedInUpTo: Date, until: Date): Promise<void>;
  /** Up to which sign-in the tokens of a subject are revoked; undefined if none is, or it was forgotten. */
  get(subject: string, at: Date): Promise<Date | undefined>;
}

/** Revocations in a store that loses them when it restarts. Until it is filled again, `get` throws `unavailable`. */
export interface FillableRevocations extends Revocations {
  /** The current run of the store, and whether that one was filled. */
  state(): Promise<{ readonly run: string; readonly isFilled: boolean }>;
  /** States that all revocations were added to that run. */
  markFilled(run: string): Promise<void>;
}
