import type { Account } from "../domain/account.ts";
import type { Proven } from "../domain/proofs.ts";
import type { Session, StoredSession } from "../domain/session.ts";
import type { TokenHolder } from "./tokens.ts";

/** One rotation of a session: the token `to` replaces `from`. */
export interface Rotation extends TokenHolder {
  readonly from: string;
  readonly to: string;
  /** A token that became current later than this is too young to be rotated. */
  readonly currentSince: Date;
  /** The account's version: a session that was opened under a lower one is over. */
  readonly credentialVersion: number;
  readonly at: Date;
  readonly idleEndsAt: Date;
}

export interface SessionWithAccount {
  readonly session: StoredSession;
  readonly account: Account | undefined;
}

/**
 * Sessions by account and id: under another account a session does not exist. They are in one store with the accounts,
 * so that one query returns a session and the version of its account.
 */
export interface Sessions {
  /** That session, expired or not; undefined if it was removed. */
  get(holder: TokenHolder): Promise<StoredSession | undefined>;
  /** Like `get`, with its account, in no more reads than that takes. The account is undefined if it is gone. */
  getWithAccount(holder: TokenHolder): Promise<SessionWithAccount | undefined>;
  /** All sessions of an account, expired or not, the last used first. */
  listOfAccount(accountId: string): Promise<StoredSession[]>;
  /**
   * Stores a new session; may store nothing if the account is gone. Removes expired sessions and, under any number of
   * parallel calls, all but the `maxSessions` that were used last.
   */
  add(session: Session): Promise<void>;
  /** Rotates if `from` is current, old enough, and the session is not over. Exactly one of any number of parallel rotations of one token returns true. */
  rotate(rotation: Rotation): Promise<boolean>;
  /** Records that the previous token was sent again. */
  noteRetry(holder: TokenHolder, at: Date): Promise<void>;
  /** Raises the credential version of a session, never lowers it. */
  renew(holder: TokenHolder, credentialVersion: number): Promise<void>;
  /** Records what is proven in a session. */
  prove(holder: TokenHolder, proven: Proven): Promise<void>;
  /** Ends one session; idempotent. */
  remove(holder: TokenHolder): Promise<void>;
  /** Ends all sessions of an account, except the kept one. */
  removeOfAccount(accountId: string, keptSessionId?: string): Promise<void>;
}
