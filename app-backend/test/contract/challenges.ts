import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Challenge, maxChallenges, maxChallengeTries } from "../../src/domain/challenge.ts";
import type { Spend } from "../../src/domain/factor.ts";
import { maxSessions } from "../../src/domain/session.ts";
import { after } from "../../src/domain/time.ts";
import type { Challenges } from "../../src/ports/challenges.ts";
import { at, reference, someSession } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";
import { winnersOfRounds } from "./races.ts";

export function challengesContract(open: Open<Challenges>, rounds = 50): void {
  const opened = whileOpen(open);
  let accountId: string;
  let totpId: string;
  let step: number;
  beforeEach(async () => {
    accountId = await opened().raw.addAccount();
    totpId = randomUUID();
    step = 100;
  });

  const challenges = () => opened().port;

  async function newChallenge(facts: Partial<Challenge> = {}): Promise<Challenge> {
    const ofAccount = { accountId, credentialVersion: 3, proofs: ["password"] as const };
    const challenge = { id: randomUUID(), ...ofAccount, endsAt: after(at, 1000), ...facts };
    await challenges().add(challenge, at);
    return challenge;
  }

  async function withFactors(): Promise<string[]> {
    const hashes = [reference(), reference()];
    await opened().raw.addFactors({ accountId, totpId, lastStep: step, hashes });
    return hashes;
  }

  const nextStep = (): Spend => ({ factor: "totp", id: totpId, step: (step += 1), at });
  const recoveryOf = (hash: string): Spend => ({
    factor: "recovery",
    hashes: [hash],
    event: { at, what: "recovery_code_used", device: "curl" },
  });
  const redeem = (challenge: Challenge, spend: Spend, session = someSession(accountId)) =>
    challenges().redeem(challenge, spend, session);

  describe("challenges", () => {
    test("a challenge reads back as it was added until it ends, under its account alone", async () => {
      const challenge = await newChallenge();
      expect(await challenges().get(challenge, at)).toEqual(challenge);
      expect(await challenges().get(challenge, challenge.endsAt)).toBeUndefined();
      expect(await challenges().get({ ...challenge, accountId: randomUUID() }, at)).toBeUndefined();
      expect(await challenges().get({ ...challenge, id: randomUUID() }, at)).toBeUndefined();
    });

    test("MFA-25 at most 5 of an account live, the last ones", async () => {
      const added: Challenge[] = [];
      for (let count = 0; count <= maxChallenges; count += 1)
        added.push(await newChallenge({ endsAt: after(at, 1000 + count) }));
      const alive = await Promise.all(added.map((each) => challenges().get(each, at)));
      expect(alive.map((each) => each?.id)).toEqual([undefined, ...added.slice(1).map(({ id }) => id)]);
    });

    test("MFA-25 however many are added, also at once, at most 5 live", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const endsAt = after(at, 1000 + round);
        const added = await Promise.all(Array.from({ length: 8 }, () => newChallenge({ endsAt })));
        const alive = await Promise.all(added.map((each) => challenges().get(each, at)));
        const count = alive.filter(Boolean).length;
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThanOrEqual(maxChallenges);
      }
      expect(await challenges().removeOfAccount(accountId)).toBeLessThanOrEqual(maxChallenges);
    });

    test("an account that is gone or marked as removed gets none", async () => {
      for (const id of [randomUUID(), await opened().raw.addAccount({ isRemoved: true })]) {
        const challenge = await newChallenge({ accountId: id });
        expect(await challenges().get(challenge, at)).toBeUndefined();
      }
    });

    test("MFA-25 of parallel tries 5 are taken, then it is over", async () => {
      const challenge = await newChallenge();
      const tries = Array.from({ length: 8 }, () => challenges().takeTry(challenge, at));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(maxChallengeTries);
      expect(await challenges().get(challenge, at)).toBeUndefined();
      expect(await challenges().takeTry(await newChallenge(), after(at, 1000))).toBe(false);
    });

    test("MFA-05 a challenge is spent once, together with the step, and leaves a session", async () => {
      await withFactors();
      const challenge = await newChallenge();
      const session = someSession(accountId);
      const spend = nextStep();
      expect(await redeem(challenge, spend, session)).toBe("done");
      expect(await opened().raw.count(session.current)).toBe(1);
      expect(await challenges().get(challenge, at)).toBeUndefined();
      expect(await redeem(challenge, nextStep())).toBe("over");
      expect(await redeem(await newChallenge(), spend)).toBe("wrong");
    });

    test("MFA-15 what is refused spends nothing and opens nothing", async () => {
      const [hash = ""] = await withFactors();
      const challenge = await newChallenge();
      const session = someSession(accountId);
      for (const wrong of [{ ...nextStep(), id: randomUUID() }, recoveryOf(reference())])
        expect(await redeem(challenge, wrong as Spend, session)).toBe("wrong");
      const late = { ...session, createdAt: challenge.endsAt };
      expect(await redeem(challenge, recoveryOf(hash), late)).toBe("over");
      expect(await opened().raw.count(session.current)).toBe(0);
      expect(await redeem(challenge, recoveryOf(hash), session)).toBe("done");
    });

    test("MFA-16 of parallel uses of one code over as many challenges one opens a session", async () => {
      await withFactors();
      const winners = await winnersOfRounds(
        async () => {
          const spend = nextStep();
          const open = await Promise.all([0, 1, 2].map(() => newChallenge()));
          const done = await Promise.all(open.map((challenge) => redeem(challenge, spend)));
          await challenges().removeOfAccount(accountId);
          return done.filter((outcome) => outcome === "done").length;
        },
        Math.min(rounds, 20),
      );
      expect(new Set(winners)).toEqual(new Set([1]));
    });

    test("MFA-16 of 30 uses of one recovery code at once over all challenges one opens a session", async () => {
      const hashes = await withFactors();
      const open = await Promise.all(Array.from({ length: maxChallenges }, () => newChallenge()));
      for (const [left, hash] of [...hashes.entries()].toReversed()) {
        const uses = Array.from({ length: 30 }, (_, use) =>
          redeem(open[use % open.length]!, recoveryOf(hash)),
        );
        const done = (await Promise.all(uses)).filter((outcome) => outcome === "done");
        expect(done).toHaveLength(1);
        expect(await opened().raw.count(hash)).toBe(0);
        if (left > 0) expect(await opened().raw.count(hashes[left - 1]!)).toBe(1);
      }
    });

    test("MFA-16 of a code and a recovery code at once on one challenge one opens a session", async () => {
      const hashes = await withFactors();
      for (const hash of hashes) {
        const challenge = await newChallenge();
        const spends = [nextStep(), recoveryOf(hash)];
        const done = await Promise.all(spends.map((spend) => redeem(challenge, spend)));
        expect(done.toSorted()).toEqual(["done", "over"]);
      }
    });

    test("USE-09 sessions that are opened so are limited as all are", async () => {
      await withFactors();
      const first = someSession(accountId);
      expect(await redeem(await newChallenge(), nextStep(), first)).toBe("done");
      for (let count = 0; count < maxSessions; count += 1) {
        const later = after(at, count + 1);
        const session = { ...someSession(accountId), createdAt: later, rotatedAt: later };
        const challenge = await newChallenge({ endsAt: after(at, 10_000) });
        expect(await redeem(challenge, nextStep(), session)).toBe("done");
      }
      expect(await opened().raw.count(first.current)).toBe(0);
    });

    test("removing an account's challenges leaves those of others", async () => {
      const challenge = await newChallenge();
      const other = await newChallenge({ accountId: await opened().raw.addAccount() });
      expect(await challenges().removeOfAccount(accountId)).toBe(1);
      expect(await challenges().removeOfAccount(accountId)).toBe(0);
      expect(await challenges().get(challenge, at)).toBeUndefined();
      expect(await challenges().get(other, at)).toEqual(other);
    });
  });
}
