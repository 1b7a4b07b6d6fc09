import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { isRemoved } from "./accounts.ts";
import { factorItems } from "./factors.ts";
import { number, textOrNull } from "./items.ts";
import { accountKey } from "./keys.ts";
import type { Dynamodb, Write } from "./requests.ts";

interface Dependencies {
  readonly db: Dynamodb;
  readonly newId: () => string;
}

/** Credentials of accounts: hashes, or what another provider needs to find its passwords. */
export function dynamodbPasswordHashes(deps: Dependencies): PasswordHashes {
  const { db } = deps;
  const { spending } = factorItems(deps);

  return {
    async get(accountId) {
      const account = await db.get(accountKey(accountId));
      return (account && textOrNull(account, "credential")) ?? undefined;
    },

    async replace(accountId, { to, from, spend }) {
      for (;;) {
        const account = await db.get(accountKey(accountId));
        if (!account || isRemoved(account)) return undefined;
        const seen = number(account, "credentialVersion");
        if (from !== undefined && seen !== from) return undefined;
        const write: Write = {
          update: accountKey(accountId),
          set: { credential: to, credentialVersion: seen + 1 },
          condition: "#credentialVersion = :seen AND attribute_not_exists(#removedAt)",
          values: { seen },
        };
        const spends = spend && (await spending(accountId, spend));
        if (spend && !spends) return undefined;
        const refusals = spends ? await db.transact([write, spends.write]) : [await db.write(write)];
        const refused = refusals?.find((each) => each !== undefined);
        // The revision is new with each call: if it is there, this call has written both.
        if (spends && refused && spends.isDone(refusals?.[1])) return seen + 1;
        const item = refused?.isRepeated ? refused.item : undefined;
        const isOwn = item?.["credential"]?.S === to && number(item, "credentialVersion") === seen + 1;
        if (!refused || isOwn) return seen + 1;
        // Another write came between: again.
      }
    },

    async remove(accountId) {
      const condition = "attribute_exists(#pk)";
      await db.write({ update: accountKey(accountId), set: { credential: null }, condition });
    },
  };
}
