import { after } from "../../domain/time.ts";
import type { EndedSession, EndedSessions } from "../../ports/ended-sessions.ts";
import type { FillableRevocations } from "../../ports/revocations.ts";
import type { Sessions } from "../../ports/sessions.ts";

interface Dependencies {
  readonly endedSessions: EndedSessions;
  readonly revocations: FillableRevocations;
  readonly now: () => Date;
}

export type PublishedEndings = ReturnType<typeof publishedEndings>;

/** Longer than an access token lives, and clocks differ. */
const keptMs = 3_600_000;
const atOnce = 100;

/**
 * Brings ends of sessions to where services look that cannot read the sessions. Any number of processes may do that for one
 * store: what is done twice changes nothing.
 */
export function publishedEndings({ endedSessions, revocations, now }: Dependencies) {
  let backlog = 0;
  let running: Promise<void> | undefined;
  /** Begins when the running one is over, so that it sees what was recorded before it was asked for. */
  let next: Promise<void> | undefined;

  /** Publishes all ends that were recorded before the call. Throws `unavailable`; the next call then continues. */
  function publish(): Promise<void> {
    if (!running) {
      running = run().finally(() => (running = undefined));
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return publish();
      });
    return next;
  }

  async function run(): Promise<void> {
    const since = after(now(), -keptMs);
    try {
      const { run: current, isFilled } = await revocations.state();
      if (!isFilled) await fill(current, since);
      for (;;) {
        const found = await endedSessions.listUnpublished(current, since, atOnce);
        if (found.length === 0) break;
        await add(found, current);
      }
    } finally {
      backlog = await endedSessions.countUnpublished(since);
    }
    await endedSessions.remove(since);
  }

  /** Adds all of the last hour to a run that has lost them, or never had them; then it counts. */
  async function fill(current: string, since: Date): Promise<void> {
    for (let afterId = ""; ;) {
      const found = await endedSessions.list(since, afterId, atOnce);
      await add(found, current);
      if (found.length < atOnce) break;
      afterId = found.at(-1)!.sessionId;
    }
    await revocations.markFilled(current);
  }

  async function add(ended: readonly EndedSession[], current: string): Promise<void> {
    await Promise.all(
      ended.map(({ sessionId, endedAt }) => revocations.add(sessionId, endedAt, after(endedAt, keptMs))),
    );
    await endedSessions.markPublished(
      ended.map(({ sessionId }) => sessionId),
      current,
    );
  }

  return {
    publish,
    /** How many ends were waiting to be published when that was last tried. */
    backlog: () => backlog,
  };
}

/** Sessions whose end is published before the call returns. If that cannot be done now, the session has ended all the same. */
export function publishingSessions(sessions: Sessions, publish: () => Promise<void>): Sessions {
  const published = () => publish().catch(() => undefined); // it stays recorded
  return {
    ...sessions,
    async remove(holder) {
      await sessions.remove(holder);
      await published();
    },
    async removeOfAccount(accountId, keptSessionId) {
      await sessions.removeOfAccount(accountId, keptSessionId);
      await published();
    },
  };
}
