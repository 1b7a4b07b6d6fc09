const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export const accessLifeMs = 10 * minuteMs;
export const refreshIdleMs = 14 * dayMs;
export const sessionLifeMs = 90 * dayMs;

/** How long a token that was just rotated may be shown again: a lost reply, a second tab. */
export const retryGraceMs = 10_000;

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
}

/** A session as it begins, with its first refresh token. */
export function openSession(id: string, accountId: string, current: string, at: Date): Session {
  return {
    id,
    accountId,
    current,
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

/** Whether the last rotation is so recent that an older token may still be on its way in good faith. */
export function inRetryGrace(session: Session, at: Date): boolean {
  return at.getTime() - session.rotatedAt.getTime() <= retryGraceMs;
}

export function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
