import { AppError } from "../../domain/app-error.ts";
import type { LimitRule } from "../../domain/limit.ts";
import type { Limits } from "../../ports/limits.ts";
import { number, textOrNull } from "./items.ts";
import { expiryOf, type Key, limitKey, networkKey } from "./keys.ts";
import type { Dynamodb, Refused } from "./requests.ts";

const maxTries = 50;

interface Dependencies {
  readonly db: Dynamodb;
  readonly newId: () => string;
}

export function dynamodbLimits({ db, newId }: Dependencies): Limits {
  return {
    async consume(rule, subject, at, cost = 1) {
      const [key, version, now] = [limitKey(rule, subject), newId(), at.getTime()];
      let refused = await countBelow(rule, key, version, now, cost);
      for (let tries = 0; refused && tries < maxTries; tries += 1) {
        const { item } = refused;
        // The write was carried out, and only its answer was lost.
        if (item?.["version"]?.S === version) return 0;
        const live = item && number(item, "forgetAt") > now ? item : {};
        const freeAt = number(live, "freeAt");
        if (freeAt > now) return freeAt - now;
        refused = await db.write({
          update: key,
          set: { ...counted(rule, number(live, "used") + cost, now), version },
          condition: item ? "#version = :seen" : "attribute_not_exists(#pk)",
          values: { seen: item && textOrNull(item, "version") },
        });
      }
      if (refused) throw new AppError("unavailable", "limit is written by too many at once");
      return 0;
    },

    async refund(rule, subject, cost = 1) {
      await db.write({
        update: limitKey(rule, subject),
        set: { freeAt: 0, version: newId() },
        add: { used: -cost },
        // A repetition of this write finds its own version.
        condition: "#used >= :cost AND #version <> :version",
        values: { cost },
      });
    },

    async clear(rule, subject) {
      await db.write({ delete: limitKey(rule, subject) });
    },

    async know(account, network, until) {
      const item = { knownUntil: until, expiresAt: expiryOf(until) };
      await db.write({ put: networkKey(account, network), item });
    },

    async knows(account, network, at) {
      const item = await db.get(networkKey(account, network));
      return item !== undefined && number(item, "knownUntil") > at.getTime();
    },
  };

  /** Counts by one write while the limit is not reached, as it is nearly always; any number of processes may do so at once. */
  async function countBelow(
    rule: LimitRule,
    key: Key,
    version: string,
    now: number,
    cost: number,
  ): Promise<Refused | undefined> {
    if (rule.free === 1) return { item: await db.get(key), isRepeated: false };
    const { used, ...rest } = counted(rule, cost, now);
    return db.write({
      update: key,
      set: { ...rest, version },
      add: { used },
      condition: "attribute_not_exists(#pk) OR (#used < :last AND #forgetAt > :now AND #version <> :version)",
      values: { last: rule.free - cost, now },
    });
  }
}

/** A limit after so many attempts, the last of them now. */
function counted({ free, delayMs, maxDelayMs, forgetMs }: LimitRule, used: number, now: number) {
  const delay = Math.min(maxDelayMs, delayMs * 2 ** Math.min(used - free, 30));
  const forgetAt = now + forgetMs;
  return { used, freeAt: used < free ? 0 : now + delay, forgetAt, expiresAt: expiryOf(new Date(forgetAt)) };
}
