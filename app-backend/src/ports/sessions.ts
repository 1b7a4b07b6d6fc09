import type { Session } from "../domain/session.ts";

/** One rotation of a session: the token `to` replaces `from`. */
export interface Rotation {
  readonly sessionId: string;
  readonly from: string;
  readonly to: string;
  /** A token that became current later than this is too young to be rotated. */
  readonly currentSince: Date;
  readonly at: Date;
  readonly idleEndsAt: Date;
}

export interface Sessions {
  /** The session of that id, expired or not; undefined if it was removed. */
  get(id: string): Promise<Session | undefined>;
  /** The sessions of an account, expired or not, the last used first. */
  listOfAccount(accountId: string): Promise<Session[]>;
  /**
   * Stores a new session; returns false and stores nothing if the account is gone or its password has changed. Removes
   * expired sessions and, under any number of parallel calls, all but the `maxSessions` that were used last.
   */
  add(session: Session, passwordHash: string): Promise<boolean>;
  /** Rotates if `from` is current, old enough, and the session is not expired. Exactly one of any number of parallel rotations of one token returns true. */
  rotate(rotation: Rotation): Promise<boolean>;
  /** Records that the previous token was sent again. */
  noteRetry(id: string, at: Date): Promise<void>;
  /** Ends one session; idempotent. */
  remove(id: string): Promise<void>;
  /** Ends every session of an account. */
  removeOfAccount(accountId: string): Promise<void>;
}
