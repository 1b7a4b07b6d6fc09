import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { after, maxSessions, type Session } from "../../src/domain/session.ts";
import type { Rotation, Sessions } from "../../src/ports/sessions.ts";
import {
  addAccount,
  at,
  holderOf,
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
      await stores().sessions.add(session);
      expect(await stores().sessions.get(holderOf(session))).toEqual(session);
    });

    test("a session that is not there is undefined, and removing it is no error", async () => {
      expect(await stores().sessions.get({ accountId, sessionId: randomUUID() })).toBeUndefined();
      await expect(stores().sessions.remove({ accountId, sessionId: randomUUID() })).resolves.toBeUndefined();
    });

    test("rotating spends one reference for another, and remembers both", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = stepOf(session);
      expect(await sessions.rotate(step)).toBe(true);
      const { to: current, from: previous, at: rotatedAt, idleEndsAt } = step;
      const rotated = { ...session, current, previous, rotatedAt, idleEndsAt };
      expect(await sessions.get(holderOf(session))).toEqual(rotated);
      expect(await sessions.rotate(stepOf(session))).toBe(false);
    });

    test("an expired session does not rotate", async () => {
      const session = someSession(accountId);
      await stores().sessions.add(session);
      const step = { ...stepOf(session), at: session.idleEndsAt };
      expect(await stores().sessions.rotate(step)).toBe(false);
    });

    test("a token that is too young does not rotate", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = stepOf(session);
      expect(await sessions.rotate({ ...step, currentSince: after(session.rotatedAt, -1) })).toBe(false);
      expect(await sessions.get(holderOf(session))).toEqual(session);
    });

    test("SESS-05 of 10 parallel rotations of one token exactly one succeeds, 100 times", async () => {
      expect(await roundsWithOneWinner(stores(), stores().sessions.rotate)).toBe(100);
    });

    test("a list has the account's own, the last used first", async () => {
      const { sessions } = stores();
      const [first, second] = [someSession(accountId), someSession(accountId)];
      await sessions.add(first);
      await sessions.add(second);
      await sessions.add(someSession((await addAccount(stores())).id));
      await sessions.rotate(stepOf(first));
      expect((await sessions.listOfAccount(accountId)).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    test("a retry is noted with its time", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session);
      await sessions.noteRetry(holderOf(session), after(at, 5));
      expect(await sessions.get(holderOf(session))).toEqual({ ...session, retriedAt: after(at, 5) });
    });

    test("a session of an account that is gone is not added", async () => {
      const session = someSession(randomUUID());
      await stores().sessions.add(session);
      expect(await stores().sessions.get(holderOf(session))).toBeUndefined();
    });

    test("a session does not rotate when the account's version is higher than its own, until it is renewed", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = { ...stepOf(session), credentialVersion: 1 };
      expect(await sessions.rotate(step)).toBe(false);
      await sessions.renew(holderOf(session), 1);
      await sessions.renew(holderOf(session), 0); // a late one lowers nothing
      expect(await sessions.get(holderOf(session))).toEqual({ ...session, credentialVersion: 1 });
      expect(await sessions.rotate(step)).toBe(true);
    });

    test("a session is found, changed and ended under its own account alone", async () => {
      const { sessions } = stores();
      const session = someSession(accountId);
      await sessions.add(session);
      const { id: other } = await addAccount(stores());
      const wrong = { ...holderOf(session), accountId: other };
      expect(await sessions.get(wrong)).toBeUndefined();
      expect(await sessions.rotate({ ...stepOf(session), ...wrong })).toBe(false);
      await sessions.noteRetry(wrong, at);
      await sessions.renew(wrong, 1);
      await sessions.remove(wrong);
      expect(await sessions.get(holderOf(session))).toEqual(session);
    });

    test("removing the other sessions of an account keeps the one that is named", async () => {
      const { sessions } = stores();
      const [kept, ended] = [someSession(accountId), someSession(accountId)];
      for (const session of [kept, ended]) await sessions.add(session);
      await sessions.removeOfAccount(accountId, kept.id);
      expect(await sessions.listOfAccount(accountId)).toEqual([kept]);
    });

    test("USE-09 of an account 50 are kept, the last used ones, whatever is added at once", async () => {
      const { sessions } = stores();
      const other = someSession((await addAccount(stores())).id);
      await sessions.add(other);
      const old = Array.from({ length: maxSessions - 1 }, (_, index) => openedAt(after(at, index)));
      for (const session of old) await sessions.add(session);
      await sessions.rotate({ ...stepOf(old[0]!), at: after(at, 60_000) });
      const recent = Array.from({ length: 8 }, (_, index) => openedAt(after(at, 1_000 + index)));
      await Promise.all(recent.map((session) => sessions.add(session)));
      const kept = new Set((await sessions.listOfAccount(accountId)).map(({ id }) => id));
      expect(kept.size).toBe(maxSessions);
      for (const { id } of [old[0]!, ...recent]) expect(kept).toContain(id);
      expect(await sessions.get(holderOf(other))).toEqual(other);
    });

    test("USE-09 expired sessions do not count", async () => {
      const { sessions } = stores();
      const [idle, old, alive] = [openedAt(at), openedAt(at), openedAt(at)];
      await sessions.add({ ...idle, idleEndsAt: after(at, 100) });
      await sessions.add({ ...old, endsAt: after(at, 100) });
      await sessions.add(alive);
      const last = openedAt(after(at, 100));
      await sessions.add(last);
      expect((await sessions.listOfAccount(accountId)).map(({ id }) => id)).toEqual([last.id, alive.id]);
    });

    function openedAt(createdAt: Date): Session {
      return { ...someSession(accountId), createdAt, rotatedAt: createdAt };
    }

    test("removing an account's sessions leaves those of others", async () => {
      const { sessions } = stores();
      const other = someSession((await addAccount(stores())).id);
      for (const session of [other, someSession(accountId), someSession(accountId)])
        await sessions.add(session);
      await sessions.removeOfAccount(accountId);
      expect(await sessions.listOfAccount(accountId)).toEqual([]);
      expect(await sessions.get(holderOf(other))).toEqual(other);
    });
  });
}

function stepOf(session: Session): Rotation {
  return {
    ...holderOf(session),
    credentialVersion: session.credentialVersion,
    from: session.current,
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
    await stores.sessions.add(session);
    const steps = Array.from({ length: 10 }, () => rotate(stepOf(session)));
    if ((await Promise.all(steps)).filter(Boolean).length === 1) rounds++;
  }
  return rounds;
}
