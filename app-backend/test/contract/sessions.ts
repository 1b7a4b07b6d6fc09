import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { after, maxSessions, type Session } from "../../src/domain/session.ts";
import type { Rotation, Sessions } from "../../src/ports/sessions.ts";
import {
  addAccount,
  at,
  type OpenStores,
  reference,
  someSession,
  type Stores,
  withStores,
} from "./stores.ts";

export function sessionsContract(open: OpenStores): void {
  const stores = withStores(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = (await addAccount(stores())).id;
  });

  describe("sessions", () => {
    test("a session reads back as it was added, to the millisecond", async () => {
      const session = someSession(accountId);
      await stores().sessions.add(session, "hash");
      expect(await stores().sessions.get(session.id)).toEqual(session);
    });

    test("a session that is not there is undefined, and removing it is no error", async () => {
      expect(await stores().sessions.get(randomUUID())).toBeUndefined();
      await expect(stores().sessions.remove(randomUUID())).resolves.toBeUndefined();
    });

    test("rotating spends one reference for another, and remembers both", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session, "hash");
      const step = stepOf(session.id, session.current);
      expect(await sessions.rotate(step)).toBe(true);
      const { to: current, from: previous, at: rotatedAt, idleEndsAt } = step;
      const rotated = { ...session, current, previous, rotatedAt, idleEndsAt };
      expect(await sessions.get(session.id)).toEqual(rotated);
      expect(await sessions.rotate(stepOf(session.id, session.current))).toBe(false);
    });

    test("an expired session does not rotate", async () => {
      const session = someSession(accountId);
      await stores().sessions.add(session, "hash");
      const step = { ...stepOf(session.id, session.current), at: session.idleEndsAt };
      expect(await stores().sessions.rotate(step)).toBe(false);
    });

    test("a token that is too young does not rotate", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session, "hash");
      const step = stepOf(session.id, session.current);
      expect(await sessions.rotate({ ...step, currentSince: after(session.rotatedAt, -1) })).toBe(false);
      expect(await sessions.get(session.id)).toEqual(session);
    });

    test("SESS-05 of 10 parallel rotations of one token exactly one succeeds, 100 times", async () => {
      expect(await roundsWithOneWinner(stores(), stores().sessions.rotate)).toBe(100);
    });

    test("a list has the account's own, the last used first", async () => {
      const { sessions } = stores();
      const [first, second] = [someSession(accountId), someSession(accountId)];
      await sessions.add(first, "hash");
      await sessions.add(second, "hash");
      await sessions.add(someSession((await addAccount(stores())).id), "hash");
      await sessions.rotate(stepOf(first.id, first.current));
      expect((await sessions.listOfAccount(accountId)).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    test("a retry is noted with its time", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session, "hash");
      await sessions.noteRetry(session.id, after(at, 5));
      expect(await sessions.get(session.id)).toEqual({ ...session, retriedAt: after(at, 5) });
    });

    test("a session of an account whose password has changed is not added", async () => {
      const session = someSession(accountId);
      expect(await stores().sessions.add(session, "another hash")).toBe(false);
      expect(await stores().sessions.get(session.id)).toBeUndefined();
    });

    test("USE-09 of an account 50 are kept, the last used ones, whatever is added at once", async () => {
      const { sessions } = stores();
      const other = someSession((await addAccount(stores())).id);
      await sessions.add(other, "hash");
      const old = Array.from({ length: maxSessions - 1 }, (_, index) => openedAt(after(at, index)));
      for (const session of old) await sessions.add(session, "hash");
      await sessions.rotate({ ...stepOf(old[0]!.id, old[0]!.current), at: after(at, 60_000) });
      const recent = Array.from({ length: 8 }, (_, index) => openedAt(after(at, 1_000 + index)));
      expect(new Set(await Promise.all(recent.map((session) => sessions.add(session, "hash"))))).toEqual(
        new Set([true]),
      );
      const kept = new Set((await sessions.listOfAccount(accountId)).map(({ id }) => id));
      expect(kept.size).toBe(maxSessions);
      for (const { id } of [old[0]!, ...recent]) expect(kept).toContain(id);
      expect(await sessions.get(other.id)).toEqual(other);
    });

    test("USE-09 expired sessions do not count", async () => {
      const { sessions } = stores();
      const [idle, old, alive] = [openedAt(at), openedAt(at), openedAt(at)];
      await sessions.add({ ...idle, idleEndsAt: after(at, 100) }, "hash");
      await sessions.add({ ...old, endsAt: after(at, 100) }, "hash");
      await sessions.add(alive, "hash");
      const last = openedAt(after(at, 100));
      await sessions.add(last, "hash");
      expect((await sessions.listOfAccount(accountId)).map(({ id }) => id)).toEqual([last.id, alive.id]);
    });

    function openedAt(createdAt: Date): Session {
      return { ...someSession(accountId), createdAt, rotatedAt: createdAt };
    }

    test("removing an account's sessions leaves those of others", async () => {
      const { sessions } = stores();
      const other = someSession((await addAccount(stores())).id);
      for (const session of [other, someSession(accountId), someSession(accountId)])
        await sessions.add(session, "hash");
      await sessions.removeOfAccount(accountId);
      expect(await sessions.listOfAccount(accountId)).toEqual([]);
      expect(await sessions.get(other.id)).toEqual(other);
    });
  });
}

function stepOf(sessionId: string, from: string): Rotation {
  return {
    sessionId,
    from,
    to: reference(),
    currentSince: at,
    at: after(at, 1000),
    idleEndsAt: after(at, 2000),
  };
}

/** In how many of 100 rounds exactly one of ten parallel rotations of one token succeeds. */
export async function roundsWithOneWinner(stores: Stores, rotate: Sessions["rotate"]): Promise<number> {
  const { id: accountId } = await addAccount(stores);
  let rounds = 0;
  for (let round = 0; round < 100; round++) {
    const session = someSession(accountId);
    await stores.sessions.add(session, "hash");
    const steps = Array.from({ length: 10 }, () => rotate(stepOf(session.id, session.current)));
    if ((await Promise.all(steps)).filter(Boolean).length === 1) rounds++;
  }
  return rounds;
}
