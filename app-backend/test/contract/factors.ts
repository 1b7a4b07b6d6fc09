import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type FactorEvent,
  type FactorEventName,
  maxFactorEvents,
  noFactors,
  type Spend,
} from "../../src/domain/factor.ts";
import { maxAccountsOfNumber } from "../../src/domain/text-message.ts";
import type { Proven } from "../../src/domain/proofs.ts";
import { after } from "../../src/domain/time.ts";
import type { Confirmation, Factors } from "../../src/ports/factors.ts";
import { at, reference } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { winnersOfRounds } from "./races.ts";

const proven: Proven = { proofs: ["password", "totp"], provedAt: at };

export function factorsContract(open: Open<Factors>, rounds = 50): void {
  const opened = whileOpen(open);
  let accountId: string;
  let holder: { readonly accountId: string; readonly sessionId: string };
  const holders = new Map<string, typeof holder>();
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
    holder = await holderOf(accountId);
  });

  /** The holder of the one session of an account that goes on when it confirms a factor. */
  async function holderOf(of: string): Promise<typeof holder> {
    const held = holders.get(of) ?? { accountId: of, sessionId: randomUUID() };
    if (!holders.has(of)) await opened().raw.addSession({ accountId: of, id: held.sessionId });
    holders.set(of, held);
    return held;
  }

  const factors = () => opened().port;

  async function enrolled(): Promise<{ id: string; hashes: string[] }> {
    const id = await enrol();
    const recoveryHashes = [reference(), reference(), reference()];
    const confirmation = { ...confirmationOf(id), recoveryHashes };
    expect(await factors().confirm(await holderOf(accountId), confirmation)).toBe(true);
    return { id, hashes: recoveryHashes };
  }

  async function enrol(secret = "sealed"): Promise<string> {
    const id = randomUUID();
    await factors().enrol(accountId, { id, secret, endsAt: after(at, 600_000) });
    return id;
  }

  /** A number that waits for its code, and the hash of that code. */
  async function enrolPhone(numberHash = reference(), of = accountId) {
    const [id, codeHash, endsAt] = [randomUUID(), reference(), after(at, 300_000)];
    const phone = { id, number: `sealed ${id}`, ending: "42" };
    await factors().enrolPhone(of, { ...phone, numberHash, endsAt });
    await factors().addTextCode(of, { boundTo: id, hash: codeHash, endsAt });
    return { phone, numberHash, codeHash };
  }

  async function confirmPhone(enrolmentId: string, codeHash: string, seconds = 0, of = accountId) {
    const recoveryHashes = [reference(), reference()];
    const event = eventOf("phone_added", seconds);
    const hashes = [reference(), codeHash];
    const confirmation = { enrolmentId, hashes, recoveryHashes, event, proven };
    const outcome = await factors().confirmPhone(await holderOf(of), confirmation);
    return { outcome, recoveryHashes };
  }

  async function withPhone(numberHash?: string, of = accountId) {
    const { phone, codeHash } = await enrolPhone(numberHash, of);
    return { phone, ...(await confirmPhone(phone.id, codeHash, 0, of)) };
  }

  const textOf = (id: string, boundTo: string, hash: string, seconds = 0): Spend => ({
    ...{ factor: "sms", id, boundTo, hashes: [reference(), hash] },
    at: after(at, seconds * 1000),
  });

  const stepOf = (id: string, step: number): Spend => ({ factor: "totp", id, step, at: after(at, step) });
  const spend = (by: Spend) => factors().prove(holder, by, proven);

  describe("factors", () => {
    test("an account begins with none", async () => {
      expect(await factors().get(accountId)).toEqual(noFactors);
      expect(await factors().get(randomUUID())).toEqual(noFactors);
      expect(await factors().listEvents(accountId)).toEqual([]);
    });

    test("MFA-09 an enrolment replaces the one before, whose secret stays known", async () => {
      await enrol("first");
      const id = await enrol("second");
      const { enrolment } = await factors().get(accountId);
      expect(enrolment).toEqual({ id, secret: "second", replaced: "first", endsAt: after(at, 600_000) });
    });

    test("MFA-09 what an enrolment confirms is in force until a later one is confirmed", async () => {
      const { id } = await enrolled();
      const totp = { id, secret: "sealed", lastStep: 7, enrolledAt: at, lastUsedAt: at };
      const recoveryCodes = { left: 3, seen: false };
      expect(await factors().get(accountId)).toEqual({ ...noFactors, totp, recoveryCodes });
      expect(await factors().listEvents(accountId)).toEqual([eventOf("totp_added")]);
      const next = await enrol("next");
      expect((await factors().get(accountId)).totp).toEqual(totp);
      expect(await factors().confirm(holder, confirmationOf(next))).toBe(true);
      expect((await factors().get(accountId)).totp).toMatchObject({ id: next, secret: "next" });
    });

    test("MFA-09 an enrolment that was replaced, confirmed or never there is not confirmed", async () => {
      const first = await enrol();
      const last = await enrol();
      for (const id of [first, randomUUID()])
        expect(await factors().confirm(holder, confirmationOf(id))).toBe(false);
      expect(await factors().confirm(holder, confirmationOf(last))).toBe(true);
      expect(await factors().confirm(holder, confirmationOf(last))).toBe(false);
    });

    test("MFA-09 what confirms a factor ends all other sessions with it, and proves it in the holder's", async () => {
      const other = randomUUID();
      await opened().raw.addSession({ accountId, id: other });
      const versions = (account: number) => ({
        account,
        sessions: { [holder.sessionId]: account, [other]: 0 },
      });
      const marked = async () =>
        (await opened().raw.count("password,totp")) + (await opened().raw.count('"totp"'));
      const before = await marked();
      expect(await factors().confirm(holder, confirmationOf(randomUUID()))).toBe(false);
      expect([await opened().raw.versions(accountId), await marked()]).toEqual([versions(0), before]);
      await enrolled();
      expect([await opened().raw.versions(accountId), await marked()]).toEqual([versions(1), before + 1]);
      await withPhone();
      expect(await opened().raw.versions(accountId)).toEqual(versions(2));
    });

    test("MFA-09 a session that is over or gone confirms nothing, and is not brought back", async () => {
      const over = { accountId, sessionId: randomUUID() };
      await opened().raw.addSession({ accountId, id: over.sessionId });
      const { id } = await enrolled();
      const next = await enrol("next");
      const { phone, codeHash } = await enrolPhone();
      const versions = await opened().raw.versions(accountId);
      for (const wrong of [over, { accountId, sessionId: randomUUID() }]) {
        const refusal = { code: "not_signed_in" };
        await expect(factors().confirm(wrong, confirmationOf(next))).rejects.toMatchObject(refusal);
        const recoveryHashes = [reference()];
        const event = eventOf("phone_added");
        const text = { enrolmentId: phone.id, hashes: [codeHash], recoveryHashes, event, proven };
        await expect(factors().confirmPhone(wrong, text)).rejects.toMatchObject(refusal);
      }
      expect(await opened().raw.versions(accountId)).toEqual(versions);
      expect(await factors().get(accountId)).toMatchObject({ totp: { id }, enrolment: { id: next } });
      expect((await confirmPhone(phone.id, codeHash)).outcome).toBe("further");
    });

    test("MFA-09 of parallel confirmations of one enrolment one wins, with its codes alone", async () => {
      const winners = await winnersOfRounds(
        async () => {
          const id = await enrol();
          const tries = [0, 1, 2].map(async () => {
            const recoveryHashes = [reference(), reference()];
            const won = await factors().confirm(holder, { ...confirmationOf(id), recoveryHashes });
            return { won, recoveryHashes };
          });
          const done = await Promise.all(tries);
          const stored = await Promise.all(
            done.map(async ({ recoveryHashes: [hash = ""] }) => opened().raw.count(hash)),
          );
          expect(stored).toEqual(done.map(({ won }) => (won ? 1 : 0)));
          return done.filter(({ won }) => won).length;
        },
        Math.min(rounds, 10),
      );
      expect(new Set(winners)).toEqual(new Set([1]));
    });

    test("an account that is gone or marked as removed enrols nothing", async () => {
      for (const id of [randomUUID(), await opened().raw.addAccount({ isRemoved: true })])
        await expect(
          factors().enrol(id, { id: randomUUID(), secret: "sealed", endsAt: at }),
        ).rejects.toMatchObject({ code: "not_signed_in" });
    });

    test("MFA-05 a step is used once, and then neither it nor one before it", async () => {
      const { id } = await enrolled();
      expect(await spend(stepOf(id, 7))).toBe(false); // that of the enrolment
      expect(await spend(stepOf(id, 9))).toBe(true);
      for (const step of [8, 9]) expect(await spend(stepOf(id, step))).toBe(false);
      expect((await factors().get(accountId)).totp).toMatchObject({ lastStep: 9, lastUsedAt: after(at, 9) });
      expect(await spend(stepOf(id, 10))).toBe(true);
      expect(await spend(stepOf(randomUUID(), 11))).toBe(false);
    });

    test("MFA-05 of parallel uses of one step one wins", async () => {
      const { id } = await enrolled();
      let step = 7;
      const winners = await winnersOfRounds(async () => {
        step += 1;
        const uses = await Promise.all([0, 1, 2, 3].map(() => spend(stepOf(id, step))));
        return uses.filter(Boolean).length;
      }, rounds);
      expect(new Set(winners)).toEqual(new Set([1]));
    });

    test("MFA-16 of parallel uses of one recovery code one wins, and the others stay", async () => {
      const { hashes } = await enrolled();
      const [first = "", second = ""] = hashes;
      const uses = await Promise.all([0, 1, 2, 3].map(() => spend(recoveryOf([reference(), first]))));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect(await spend(recoveryOf([first]))).toBe(false);
      expect((await factors().get(accountId)).recoveryCodes?.left).toBe(2);
      expect(await spend(recoveryOf([second]))).toBe(true);
      const [event] = await factors().listEvents(accountId);
      expect(event).toEqual(eventOf("recovery_code_used"));
    });

    test("a factor is spent in a session of its account alone", async () => {
      const { id, hashes } = await enrolled();
      const { sessionId } = holder;
      const other = await opened().raw.addAccount();
      for (const wrong of [
        { accountId, sessionId: randomUUID() },
        { accountId: other, sessionId },
      ]) {
        expect(await factors().prove(wrong, stepOf(id, 8), proven)).toBe(false);
        expect(await factors().prove(wrong, recoveryOf(hashes), proven)).toBe(false);
      }
      expect(await spend(stepOf(id, 8))).toBe(true);
    });

    test("removing the secret removes enrolment and recovery codes, once", async () => {
      const { hashes } = await enrolled();
      await enrol();
      const removals = [0, 1, 2].map(() => factors().removeTotp(accountId, eventOf("totp_removed", 1)));
      expect((await Promise.all(removals)).filter(Boolean)).toHaveLength(1);
      expect(await factors().get(accountId)).toEqual(noFactors);
      expect(await opened().raw.count(hashes[0]!)).toBe(0);
      const names = (await factors().listEvents(accountId)).map(({ what }) => what);
      expect(names).toEqual(["totp_removed", "totp_added"]);
    });

    test("MFA-23 a reset removes all factors and an enrolment, says what there was, and is recorded once", async () => {
      const { id, hashes } = await enrolled();
      await enrol();
      const other = await opened().raw.addAccount();
      const event = eventOf("factors_reset", 1);
      const { before, keptPasskeys } = await factors().reset(accountId, event);
      expect(keptPasskeys).toBe(0);
      expect(before).toMatchObject({ totp: { id }, recoveryCodes: { left: 3, seen: false } });
      expect(await opened().raw.count(hashes[0]!)).toBe(0);
      for (const none of [accountId, other]) {
        expect(await factors().reset(none, eventOf("factors_reset", 2))).toEqual({
          before: noFactors,
          keptPasskeys: 0,
        });
        expect(await factors().get(none)).toEqual(noFactors);
      }
      const names = (await factors().listEvents(accountId)).map(({ what }) => what);
      expect(names).toEqual(["factors_reset", "totp_added"]);
      expect(await factors().listEvents(other)).toEqual([]);
    });

    test("MFA-16 new recovery codes replace all of them, and are not seen until that is noted", async () => {
      const { hashes } = await enrolled();
      await factors().noteSeen(accountId);
      expect((await factors().get(accountId)).recoveryCodes).toEqual({ left: 3, seen: true });
      const event = eventOf("recovery_codes_replaced", 1);
      expect(await factors().replaceRecoveryCodes(accountId, [reference(), reference()], event)).toBe(true);
      expect((await factors().get(accountId)).recoveryCodes).toEqual({ left: 2, seen: false });
      expect(await opened().raw.count(hashes[0]!)).toBe(0);
    });

    test("MFA-16 of a former code and new ones at once none of the former is left", async () => {
      const { hashes } = await enrolled();
      const [used = "", other = ""] = hashes;
      const made = [reference(), reference()];
      const event = eventOf("recovery_codes_replaced", 1);
      const [replaced] = await Promise.all([
        factors().replaceRecoveryCodes(accountId, made, event),
        spend(recoveryOf([used])),
      ]);
      expect(replaced).toBe(true);
      for (const former of [used, other]) expect(await spend(recoveryOf([former]))).toBe(false);
      expect((await factors().get(accountId)).recoveryCodes?.left).toBe(made.length);
    });

    test("an account without a factor gets no recovery codes", async () => {
      const event = eventOf("recovery_codes_replaced");
      expect(await factors().replaceRecoveryCodes(accountId, [reference()], event)).toBe(false);
      await factors().noteSeen(accountId);
      expect(await factors().get(accountId)).toEqual(noFactors);
    });

    test("SMS-02 a number is a factor from its code on, and brings recovery codes if it is the first", async () => {
      const { phone, codeHash } = await enrolPhone();
      expect((await factors().get(accountId)).phone).toBeUndefined();
      for (const [wrong, late] of [
        [reference(), 0],
        [codeHash, 300],
      ] as const)
        expect((await confirmPhone(phone.id, wrong, late)).outcome).toBe("wrong");
      const { outcome, recoveryHashes } = await confirmPhone(phone.id, codeHash);
      expect(outcome).toBe("first");
      const stored = await factors().get(accountId);
      expect(stored.phone).toEqual({ ...phone, enrolledAt: at, lastUsedAt: at });
      expect([stored.phoneEnrolment, stored.recoveryCodes]).toEqual([undefined, { left: 2, seen: false }]);
      expect((await confirmPhone(phone.id, codeHash)).outcome).toBe("replaced");
      const { id } = await enrolled(); // whose codes replace the first ones
      expect(await opened().raw.count(recoveryHashes[0]!)).toBe(0);
      expect(await factors().removeTotp(accountId, eventOf("totp_removed", 1))).toBe(true);
      expect((await factors().get(accountId)).recoveryCodes?.left).toBe(3);
      expect(await spend(stepOf(id, 9))).toBe(false);
      expect(await factors().removePhone(accountId, eventOf("phone_removed", 2))).toBe(true);
      expect(await factors().removePhone(accountId, eventOf("phone_removed", 3))).toBe(false);
      expect(await factors().get(accountId)).toEqual(noFactors);
    });

    test("SMS-02 another number ends the former one, and all codes that were sent", async () => {
      const former = await withPhone();
      const [boundTo, hash] = [randomUUID(), reference()];
      const next = await enrolPhone();
      await factors().addTextCode(accountId, { boundTo, hash, endsAt: after(at, 300_000) });
      expect((await factors().get(accountId)).phone?.id).toBe(former.phone.id);
      expect((await confirmPhone(next.phone.id, next.codeHash)).outcome).toBe("further");
      expect((await factors().get(accountId)).recoveryCodes?.left).toBe(2);
      for (const { id } of [former.phone, next.phone])
        expect(await spend(textOf(id, boundTo, hash))).toBe(false);
    });

    test("SMS-02 a sent code is used once, in time, for the number and what it was sent for", async () => {
      const { phone } = await withPhone();
      const [boundTo, first, hash] = [randomUUID(), reference(), reference()];
      for (const each of [first, hash])
        await factors().addTextCode(accountId, { boundTo, hash: each, endsAt: after(at, 300_000) });
      for (const wrong of [
        textOf(phone.id, boundTo, first), // was replaced
        textOf(phone.id, randomUUID(), hash),
        textOf(randomUUID(), boundTo, hash),
        textOf(phone.id, boundTo, hash, 300),
      ])
        expect(await spend(wrong)).toBe(false);
      const uses = await Promise.all([0, 1, 2, 3].map(() => spend(textOf(phone.id, boundTo, hash, 299))));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect((await factors().get(accountId)).phone?.lastUsedAt).toEqual(after(at, 299_000));
    });

    test("SMS-01 of accounts that confirm one number at once few get it, and a place becomes free", async () => {
      const numberHash = reference();
      const others = await Promise.all(Array.from({ length: 6 }, () => opened().raw.addAccount()));
      const done = await Promise.allSettled(others.map((id) => withPhone(numberHash, id)));
      const won = others.filter((_, index) => done[index]?.status === "fulfilled");
      expect(won).toHaveLength(maxAccountsOfNumber);
      for (const each of done)
        if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "number_taken" });
      await expect(withPhone(numberHash)).rejects.toMatchObject({ code: "number_taken" });
      expect((await withPhone(numberHash, won[0])).outcome).toBe("further"); // its own number again
      const [first, second, last] = won as [string, string, string];
      await factors().removePhone(first, eventOf("phone_removed"));
      expect((await withPhone(numberHash)).outcome).toBe("first");
      await withPhone(reference(), second);
      await opened().raw.markRemoved(last);
      await factors().removeOfAccount(last);
      const [loser = "", another = ""] = others.filter((id) => !won.includes(id));
      expect((await withPhone(numberHash, loser)).outcome).toBe("first");
      expect((await withPhone(numberHash, another)).outcome).toBe("first");
    });

    test("an account that is gone or marked as removed enrols no number", async () => {
      for (const id of [randomUUID(), await opened().raw.addAccount({ isRemoved: true })])
        await expect(enrolPhone(reference(), id)).rejects.toMatchObject({ code: "not_signed_in" });
      await factors().addTextCode(randomUUID(), { boundTo: randomUUID(), hash: reference(), endsAt: at });
    });

    test("the last events are kept, the latest first", async () => {
      await enrolled();
      for (let count = 1; count <= maxFactorEvents; count += 1)
        await factors().replaceRecoveryCodes(
          accountId,
          [reference()],
          eventOf("recovery_codes_replaced", count),
        );
      const events = await factors().listEvents(accountId);
      expect(events).toHaveLength(maxFactorEvents);
      expect(events[0]).toEqual(eventOf("recovery_codes_replaced", maxFactorEvents));
      expect(events.at(-1)).toEqual(eventOf("recovery_codes_replaced", 1));
    });

    test("the removal of an account removes its factors alone", async () => {
      const { hashes } = await enrolled();
      const removed = accountId;
      accountId = await opened().raw.addAccount();
      const other = await enrolled();
      await opened().raw.markRemoved(removed);
      await factors().removeOfAccount(removed);
      await factors().removeOfAccount(removed);
      expect(await opened().raw.count(hashes[0]!)).toBe(0);
      expect(await factors().get(removed)).toEqual(noFactors);
      expect((await factors().get(accountId)).totp?.id).toBe(other.id);
    });
  });
}

function eventOf(what: FactorEventName, seconds = 0): FactorEvent {
  return { at: after(at, seconds * 1000), what, device: "Firefox on Linux" };
}

const recoveryOf = (hashes: readonly string[]): Spend => ({
  factor: "recovery",
  hashes,
  event: eventOf("recovery_code_used"),
});

function confirmationOf(enrolmentId: string): Confirmation {
  return { enrolmentId, step: 7, recoveryHashes: [reference()], event: eventOf("totp_added"), proven };
}
