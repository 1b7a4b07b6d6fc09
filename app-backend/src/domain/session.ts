import { after } from "./time.ts";
import { type Client, deviceName } from "./client.ts";
import type { Proof } from "./factor.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export const accessLifeMs = 10 * minuteMs;
export const refreshIdleMs = 14 * dayMs;
const sessionLifeMs = 90 * dayMs;

/** How long after a sign-in its password counts as just proven. */
const freshMs = 10 * minuteMs;

/** How many sessions of one account may be alive. */
export const maxSessions = 50;

/**
 * How long after a rotation a second tab may legitimately send the previous token. During that time the new token is not
 * rotated either, so such a tab is never more than one token behind.
 */
const overlapMs = 10_000;

/**
 * One sign-in on one device: a family of refresh tokens of which only `current` is alive.
 * Tokens are stored by their references; only their holder has the tokens themselves.
 */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  /** The account's version when this session was opened, or when its holder last replaced the password. */
  readonly credentialVersion: number;
  readonly current: string;
  readonly previous: string | null;
  readonly createdAt: Date;
  readonly rotatedAt: Date;
  readonly idleEndsAt: Date;
  readonly endsAt: Date;
  /** When the previous token was last sent again. */
  readonly retriedAt: Date | null;
  /** Address and device of the sign-in. */
  readonly userAgent: string | null;
  readonly address: string | null;
  /** What was proven at the sign-in, or since. Nothing is known of sessions of earlier releases. */
  readonly proofs: readonly Proof[];
  readonly provedAt: Date;
}

/** A session in its store, beside the credential version that its account has now: undefined if the account is gone. */
export interface StoredSession extends Session {
  readonly accountVersion: number | undefined;
}

const maxUserAgentLength = 255;

interface Opening {
  readonly id: string;
  readonly accountId: string;
  readonly credentialVersion: number;
  readonly current: string;
  readonly at: Date;
  readonly client: Client;
  readonly proofs: readonly Proof[];
}

/** A new session with its first refresh token. */
export function openSession(opening: Opening): Session {
  const { id, accountId, credentialVersion, current, at, client, proofs } = opening;
  return {
    id,
    accountId,
    credentialVersion,
    current,
    userAgent: client.userAgent?.slice(0, maxUserAgentLength) ?? null,
    address: client.address ?? null,
    previous: null,
    createdAt: at,
    rotatedAt: at,
    idleEndsAt: after(at, refreshIdleMs),
    endsAt: after(at, sessionLifeMs),
    retriedAt: null,
    proofs,
    provedAt: at,
  };
}

/** Whether a session has expired, its account is gone, or has another password since. */
export function isOver(session: StoredSession, at: Date): boolean {
  const isOutdated =
    session.accountVersion === undefined || session.credentialVersion < session.accountVersion;
  return isOutdated || session.idleEndsAt <= at || session.endsAt <= at;
}

/** Whether the session was opened so recently that its password need not be asked for again. */
export function isFresh({ createdAt }: Session, at: Date): boolean {
  return createdAt > after(at, -freshMs);
}

/** Whether the last rotation is so recent that another tab may legitimately have sent the previous token. */
export function inOverlap({ rotatedAt }: Session, at: Date): boolean {
  return rotatedAt >= overlapBegan(at);
}

/** A token may be rotated if it became current at or before this time. */
export function overlapBegan(at: Date): Date {
  return after(at, -overlapMs);
}

/** A session as shown to the account's owner; `current` marks the caller's. */
export interface SessionView {
  readonly id: string;
  readonly device: string;
  readonly address: string | null;
  readonly createdAt: string;
  /** Rounded to 10 minutes. */
  readonly lastUsedAt: string;
  /** When a replaced token was last sent again, rounded to 10 minutes; null if never. */
  readonly retriedAt: string | null;
  readonly current: boolean;
}

export function viewSession(session: Session, currentId: string, at: Date): SessionView {
  return {
    id: session.id,
    device: deviceName(session.userAgent),
    address: session.address,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: lastUse(session, at).toISOString(),
    retriedAt: session.retriedAt && rounded(session.retriedAt).toISOString(),
    current: session.id === currentId,
  };
}

/**
 * When a session was last used. While it is in use, this changes every ten minutes and not when its token is rotated:
 * the exact time would show a thief when to act.
 */
function lastUse({ createdAt, rotatedAt }: Session, at: Date): Date {
  const step = rounded(at);
  const use = rotatedAt >= after(step, -accessLifeMs) ? step : rounded(rotatedAt);
  return use > createdAt ? use : createdAt;
}

/** The time rounded down to the lifetime of an access token, during which a session is used without a rotation. */
function rounded(time: Date): Date {
  return after(time, -(time.getTime() % accessLifeMs));
}
