import type { Revocations } from "../../ports/revocations.ts";
import { number, timeOrNull } from "./items.ts";
import { expiryOf, revocationKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

export function dynamodbRevocations(db: Dynamodb): Revocations {
  return {
    async add(subject, signedInUpTo, until) {
      const condition = "attribute_not_exists(#pk) OR #signedInUpTo < :signedInUpTo";
      const set = { signedInUpTo, expiresAt: expiryOf(until) };
      await db.write({ update: revocationKey(subject), set, condition });
    },

    async get(subject, at) {
      const item = await db.get(revocationKey(subject));
      if (!item || number(item, "expiresAt") * 1000 <= at.getTime()) return undefined;
      return timeOrNull(item, "signedInUpTo") ?? undefined;
    },
  };
}
