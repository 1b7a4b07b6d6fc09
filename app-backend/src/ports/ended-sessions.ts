export interface EndedSession {
  readonly sessionId: string;
  readonly endedAt: Date;
}

/**
 * Sessions that ended lately, which the store of sessions records in the write that ends them, and to which run of the store
 * of revocations each was published.
 */
export interface EndedSessions {
  /** Up to `limit` that ended after `since` and were not published to that run, the oldest of each other run first. */
  listUnpublished(run: string, since: Date, limit: number): Promise<EndedSession[]>;
  /** Up to `limit` that ended after `since`, published or not, by id after `afterId`. */
  list(since: Date, afterId: string, limit: number): Promise<EndedSession[]>;
  /** Records to which run they were published. */
  markPublished(sessionIds: readonly string[], run: string): Promise<void>;
  /** How many that ended after `since` were never published. */
  countUnpublished(since: Date): Promise<number>;
  /** Removes those that ended by then, in one small batch; idempotent. */
  remove(endedBy: Date): Promise<void>;
}
