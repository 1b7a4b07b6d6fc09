import { type Client, deviceName } from "./client.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export const accessLifeMs = 10 * minuteMs;
export const refreshIdleMs = 14 * dayMs;
const sessionLifeMs = 90 * dayMs;

/**
 * How long after a rotation the token before it may be shown again: a lost reply, a second tab. For as long the new one
 * is not rotated again, so that nobody in good faith is two tokens behind unless a request takes longer than that.
 */
const retryGraceMs = 10_000;

/**
 * One sign-in on one device: a family of refresh tokens of which `current` alone is alive.
 * Tokens appear here by their references; the tokens themselves are known to their holder only.
 */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly current: string;
  readonly previous: string | null;
  readonly createdAt: Date;
  readonly rotatedAt: Date;
  readonly idleEndsAt: Date;
  readonly endsAt: Date;
  /** Where it was signed in from. */
  readonly userAgent: string | null;
  readonly address: string | null;
}

const maxUserAgentLength = 255;

interface Opening {
  readonly id: string;
  readonly accountId: string;
  readonly current: string;
  readonly at: Date;
  readonly client: Client;
}

/** A session as it begins, with its first refresh token. */
export function openSession({ id, accountId, current, at, client }: Opening): Session {
  return {
    id,
    accountId,
    current,
    userAgent: client.userAgent?.slice(0, maxUserAgentLength) ?? null,
    address: client.address ?? null,
    previous: null,
    createdAt: at,
    rotatedAt: at,
    idleEndsAt: after(at, refreshIdleMs),
    endsAt: after(at, sessionLifeMs),
  };
}

export function isOver(session: Session, at: Date): boolean {
  return session.idleEndsAt <= at || session.endsAt <= at;
}

/** Whether the last rotation is so recent that the token before it may still be on its way in good faith. */
export function inRetryGrace({ rotatedAt }: Session, at: Date): boolean {
  return rotatedAt >= retryGraceBegan(at);
}

/** A rotation before then is out of its grace. */
export function retryGraceBegan(at: Date): Date {
  return after(at, -retryGraceMs);
}

export function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}

/** A session as the account's owner gets to see it; `current` marks the one that asks. */
export interface SessionView {
  readonly id: string;
  readonly device: string;
  readonly address: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly current: boolean;
}

export function viewSession(session: Session, currentId: string): SessionView {
  return {
    id: session.id,
    device: deviceName(session.userAgent),
    address: session.address,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    current: session.id === currentId,
  };
}
