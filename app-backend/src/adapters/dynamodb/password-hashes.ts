import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { isRemoved } from "./accounts.ts";
import { number, textOrNull } from "./items.ts";
import { accountKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";

/** Credentials of accounts: hashes, or what another provider needs to find its passwords. */
export function dynamodbPasswordHashes(db: Dynamodb): PasswordHashes {
  return {
    async get(accountId) {
      const account = await db.get(accountKey(accountId));
      return (account && textOrNull(account, "credential")) ?? undefined;
    },

    async replace(accountId, { to, from }) {
      for (;;) {
        const account = await db.get(accountKey(accountId));
        if (!account || isRemoved(account)) return undefined;
        const seen = number(account, "credentialVersion");
        if (from !== undefined && seen !== from) return undefined;
        const refused = await db.write({
          update: accountKey(accountId),
          set: { credential: to, credentialVersion: seen + 1 },
          condition: "#credentialVersion = :seen AND attribute_not_exists(#removedAt)",
          values: { seen },
        });
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
