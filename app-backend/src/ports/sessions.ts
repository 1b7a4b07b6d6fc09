import type { Session } from "../domain/session.ts";

/** One step of a session: the token `from` is spent, `to` takes its place. */
export interface Rotation {
  readonly sessionId: string;
  readonly from: string;
  readonly to: string;
  /** A token that became current later than this is too young to be spent. */
  readonly currentSince: Date;
  readonly at: Date;
  readonly idleEndsAt: Date;
}

export interface Sessions {
  /** The session of that id, over or not; undefined when it was removed. */
  get(id: string): Promise<Session | undefined>;
  /** The sessions of an account, over or not, the last used first. */
  listOfAccount(accountId: string): Promise<Session[]>;
  /**
   * Keeps a new session; false, and nothing is kept, if the account is gone or has another password by now. Removes
   * sessions that are over and, of any number of parallel calls too, all but the last used `maxSessions`.
   */
  add(session: Session, passwordHash: string): Promise<boolean>;
  /** Takes the step if `from` is current, old enough, and the session is not over. Of any number of parallel steps from one token one is true. */
  rotate(rotation: Rotation): Promise<boolean>;
  /** Notes that the token before the current one was shown again. */
  noteRetry(id: string, at: Date): Promise<void>;
  /** Ends one session; no matter if it has ended. */
  remove(id: string): Promise<void>;
  /** Ends every session of an account. */
  removeOfAccount(accountId: string): Promise<void>;
}
