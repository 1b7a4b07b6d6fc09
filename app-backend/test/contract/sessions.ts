import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { maxSessions, type Session } from "../../src/domain/session.ts";
import { after } from "../../src/domain/time.ts";
import type { Rotation, Sessions } from "../../src/ports/sessions.ts";
import { at, holderOf, reference, someSession } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { winnersOfRounds } from "./races.ts";

export function sessionsContract(open: Open<Sessions>, rounds = 100): void {
  const opened = whileOpen(open);
  let accountId: string;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
  });

  describe("sessions", () => {
    test("a session reads back as it was added, to the millisecond", async () => {
      const session = someSession(accountId);
      await opened().port.add(session);
      expect(await opened().port.get(holderOf(session))).toEqual(stored(session));
      expect(await opened().raw.count(session.current)).toBe(1);
    });

    test("a session that is not there is undefined, and removing it is no error", async () => {
      expect(await opened().port.get({ accountId, sessionId: randomUUID() })).toBeUndefined();
      await expect(opened().port.remove({ accountId, sessionId: randomUUID() })).resolves.toBeUndefined();
    });

    test("a session is read with the version of its account, alone and in a list", async () => {
      const { port: sessions, raw } = opened();
      const session = someSession(await raw.addAccount({ credentialVersion: 3 }));
      await sessions.add(session);
      expect(await sessions.get(holderOf(session))).toEqual({ ...session, accountVersion: 3 });
      expect(await sessions.listOfAccount(session.accountId)).toEqual([{ ...session, accountVersion: 3 }]);
    });

    test("a session is read with its account, and without one that is removed", async () => {
      const { port: sessions, raw } = opened();
      const email = `reader.${randomUUID()}@example.org`;
      const session = someSession(await raw.addAccount({ credentialVersion: 3, email }));
      await sessions.add(session);
      const account = { id: session.accountId, email, credentialVersion: 3 };
      const both = { session: { ...session, accountVersion: 3 }, account };
      expect(await sessions.getWithAccount(holderOf(session))).toMatchObject(both);
      expect(await sessions.getWithAccount({ accountId, sessionId: session.id })).toBeUndefined();
      await raw.markRemoved(session.accountId);
      const alone = { session: { ...session, accountVersion: undefined }, account: undefined };
      expect(await sessions.getWithAccount(holderOf(session))).toEqual(alone);
      expect(await sessions.get(holderOf(session))).toEqual(alone.session);
    });

    test("rotating spends one reference for another, and remembers both", async () => {
      const { port: sessions } = opened();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = stepOf(session);
      expect(await sessions.rotate(step)).toBe(true);
      const { to: current, from: previous, at: rotatedAt, idleEndsAt } = step;
      const rotated = { ...session, current, previous, rotatedAt, idleEndsAt };
      expect(await sessions.get(holderOf(session))).toEqual(stored(rotated));
      expect(await sessions.rotate(stepOf(session))).toBe(false);
    });

    test("an expired session does not rotate", async () => {
      const session = someSession(accountId);
      await opened().port.add(session);
      const step = { ...stepOf(session), at: session.idleEndsAt };
      expect(await opened().port.rotate(step)).toBe(false);
    });

    test("a token that is too young does not rotate", async () => {
      const { port: sessions } = opened();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = stepOf(session);
      expect(await sessions.rotate({ ...step, currentSince: after(session.rotatedAt, -1) })).toBe(false);
      expect(await sessions.get(holderOf(session))).toEqual(stored(session));
    });

    test("SESS-05 of 10 parallel rotations of one token exactly one succeeds, in every round", async () => {
      const winners = await winnersOfRounds(() => raceOfRotations(opened().port, accountId), rounds);
      expect(winners).toEqual(Array.from({ length: rounds }, () => 1));
    });

    test("a list has the account's own, the last used first", async () => {
      const { port: sessions } = opened();
      const [first, second] = [someSession(accountId), someSession(accountId)];
      await sessions.add(first);
      await sessions.add(second);
      await sessions.add(someSession(await opened().raw.addAccount()));
      await sessions.rotate(stepOf(first));
      expect((await sessions.listOfAccount(accountId)).map(({ id }) => id)).toEqual([first.id, second.id]);
    });

    test("a retry is noted with its time", async () => {
      const { port: sessions } = opened();
      const session = someSession(accountId);
      await sessions.add(session);
      await sessions.noteRetry(holderOf(session), after(at, 5));
      expect(await sessions.get(holderOf(session))).toEqual(stored({ ...session, retriedAt: after(at, 5) }));
    });

    test("MFA-11 what is proven in a session is recorded in it alone, with its time", async () => {
      const { port: sessions } = opened();
      const [session, other] = [someSession(accountId), someSession(accountId)];
      for (const each of [session, other]) await sessions.add(each);
      const proven = { proofs: ["provider", "totp"] as const, provedAt: after(at, 5) };
      await sessions.prove(holderOf(session), proven);
      await sessions.prove({ accountId, sessionId: randomUUID() }, proven);
      const found = await sessions.get(holderOf(session));
      expect(found).toEqual({ ...stored({ ...session, ...proven }), proofs: expect.any(Array) });
      expect(found?.proofs.toSorted()).toEqual(["provider", "totp"]);
      expect(await sessions.get(holderOf(other))).toEqual(stored(other));
    });

    test("a session of an account that is gone or marked as removed is not added", async () => {
      for (const id of [randomUUID(), await opened().raw.addAccount({ isRemoved: true })]) {
        const session = someSession(id);
        await opened().port.add(session);
        expect(await opened().port.get(holderOf(session))).toBeUndefined();
        expect(await opened().raw.count(session.id)).toBe(0);
      }
    });

    test("a session does not rotate when the account's version is higher than its own, until it is renewed", async () => {
      const { port: sessions } = opened();
      const session = someSession(accountId);
      await sessions.add(session);
      const step = { ...stepOf(session), credentialVersion: 1 };
      expect(await sessions.rotate(step)).toBe(false);
      await sessions.renew(holderOf(session), 1);
      await sessions.renew(holderOf(session), 0); // a late one lowers nothing
      expect(await sessions.get(holderOf(session))).toEqual(stored({ ...session, credentialVersion: 1 }));
      expect(await sessions.rotate(step)).toBe(true);
    });

    test("a session is found, changed and ended under its own account alone", async () => {
      const { port: sessions } = opened();
      const session = someSession(accountId);
      await sessions.add(session);
      const other = await opened().raw.addAccount();
      const wrong = { ...holderOf(session), accountId: other };
      expect(await sessions.get(wrong)).toBeUndefined();
      expect(await sessions.rotate({ ...stepOf(session), ...wrong })).toBe(false);
      await sessions.noteRetry(wrong, at);
      await sessions.renew(wrong, 1);
      await sessions.remove(wrong);
      expect(await sessions.get(holderOf(session))).toEqual(stored(session));
    });

    test("removing the other sessions of an account keeps the one that is named", async () => {
      const { port: sessions } = opened();
      const [kept, ended] = [someSession(accountId), someSession(accountId)];
      for (const session of [kept, ended]) await sessions.add(session);
      await sessions.removeOfAccount(accountId, kept.id);
      expect(await sessions.listOfAccount(accountId)).toEqual([stored(kept)]);
    });

    test("USE-09 of an account 50 are kept, the last used ones, whatever is added at once", async () => {
      const { port: sessions } = opened();
      const other = someSession(await opened().raw.addAccount());
      await sessions.add(other);
      const old = Array.from({ length: maxSessions - 1 }, (_, index) => openedAt(after(at, index)));
      for (const session of old) await sessions.add(session);
      await sessions.rotate({ ...stepOf(old[0]!), at: after(at, 60_000) });
      const recent = Array.from({ length: 8 }, (_, index) => openedAt(after(at, 1_000 + index)));
      await Promise.all(recent.map((session) => sessions.add(session)));
      const kept = new Set((await sessions.listOfAccount(accountId)).map(({ id }) => id));
      expect(kept.size).toBe(maxSessions);
      for (const { id } of [old[0]!, ...recent]) expect(kept).toContain(id);
      expect(await sessions.get(holderOf(other))).toEqual(stored(other));
    });

    test("USE-09 expired sessions do not count", async () => {
      const { port: sessions } = opened();
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
      const { port: sessions } = opened();
      const other = someSession(await opened().raw.addAccount());
      for (const session of [other, someSession(accountId), someSession(accountId)])
        await sessions.add(session);
      await sessions.removeOfAccount(accountId);
      expect(await sessions.listOfAccount(accountId)).toEqual([]);
      expect(await opened().raw.count(accountId)).toBe(1); // the account
      expect(await sessions.get(holderOf(other))).toEqual(stored(other));
    });
  });
}

/** As it is read under an account of version 0. */
const stored = (session: Session) => ({ ...session, accountVersion: 0 });

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

/** How many of ten parallel rotations of one token succeed. */
export async function raceOfRotations(
  { add, remove, rotate }: Pick<Sessions, "add" | "remove" | "rotate">,
  accountId: string,
): Promise<number> {
  const session = someSession(accountId);
  await add(session);
  const steps = Array.from({ length: 10 }, () => rotate(stepOf(session)));
  const winners = (await Promise.all(steps)).filter(Boolean).length;
  await remove(holderOf(session));
  return winners;
}
