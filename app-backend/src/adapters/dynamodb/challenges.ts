import { type Challenge, maxChallenges, maxChallengeTries } from "../../domain/challenge.ts";
import type { Challenges } from "../../ports/challenges.ts";
import { getAccount } from "./accounts.ts";
import { factorItems } from "./factors.ts";
import { type Item, number, setOfTexts, time } from "./items.ts";
import { challengeKey, expiryOf, ownedOf, sessionKey, sessionsOf } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";
import { proofsIn, putOfSession, sessionItems } from "./sessions.ts";
import { again, untilWritten } from "./until-written.ts";

interface Dependencies {
  readonly db: Dynamodb;
  readonly newId: () => string;
}

const isLive = "#endsAt > :at AND #tries < :most";

export function dynamodbChallenges(deps: Dependencies): Challenges {
  const { db } = deps;
  const { spending } = factorItems(deps);
  const { removeOthers } = sessionItems(db);

  /** The last one first. */
  async function allOfAccount(accountId: string): Promise<Challenge[]> {
    const where = "#pk = :pk AND begins_with(#sk, :sk)";
    const values = { pk: sessionsOf(accountId), sk: "challenge#" };
    const found: Challenge[] = [];
    for await (const page of db.query({ table: "expiring", where, values }))
      found.push(...page.map(challengeOf));
    return found.toSorted((one, other) => other.endsAt.getTime() - one.endsAt.getTime());
  }

  async function remove(challenges: readonly Challenge[]): Promise<void> {
    await Promise.all(challenges.map((challenge) => db.write({ delete: challengeKey(challenge) })));
  }

  return {
    async add(challenge, at) {
      const { accountId, credentialVersion, proofs, endsAt } = challenge;
      if (!(await getAccount(db, accountId))) return;
      const item = {
        ...{ credentialVersion, proofs: setOfTexts(proofs), endsAt, tries: 0 },
        expiresAt: expiryOf(endsAt),
      };
      await db.write({ put: challengeKey(challenge), item });
      const others = (await allOfAccount(accountId)).filter(({ id }) => id !== challenge.id);
      const kept = new Set(others.filter((other) => other.endsAt > at).slice(0, maxChallenges - 1));
      await remove(others.filter((other) => !kept.has(other)));
    },

    async get(key, at) {
      const item = await db.get(challengeKey(key));
      const challenge = item && challengeOf(item);
      return challenge && challenge.endsAt > at && number(item, "tries") < maxChallengeTries
        ? challenge
        : undefined;
    },

    async takeTry(key, at) {
      const values = { at, most: maxChallengeTries };
      return !(await db.write({ update: challengeKey(key), add: { tries: 1 }, condition: isLive, values }));
    },

    redeem: (key, spend, session) =>
      untilWritten(async () => {
        const spends = await spending(key.accountId, spend);
        const stored = await db.get(challengeKey(key));
        if (!stored || !(challengeOf(stored).endsAt > session.createdAt)) return "over";
        if (!spends) return "wrong";
        const ofChallenge = { condition: "attribute_exists(#pk)" };
        const refused = await db.transact([
          { delete: challengeKey(key), ...ofChallenge },
          spends.write,
          putOfSession(session),
        ]);
        // The id of the session is new with each call: if it is there, this call has stored it.
        const wasLost = refused?.some((each) => each?.isRepeated) === true;
        const isDone = wasLost && (await db.get(sessionKey({ ...key, sessionId: session.id }))) !== undefined;
        if (refused && !isDone) return refused[0] ? "over" : again;
        await removeOthers(session);
        return "done";
      }),

    async removeOfAccount(accountId) {
      const all = await allOfAccount(accountId);
      await remove(all);
      return all.length;
    },
  };
}

function challengeOf(item: Item): Challenge {
  const { accountId, id } = ownedOf(item);
  return {
    ...{ accountId, id },
    credentialVersion: number(item, "credentialVersion"),
    proofs: proofsIn(item),
    endsAt: time(item, "endsAt"),
  };
}
