import { AppError } from "../../domain/app-error.ts";
import type { ProviderIdentities } from "../../ports/provider-identities.ts";
import { getAccount } from "./accounts.ts";
import { passkeysIn } from "./factors.ts";
import { identitiesOf, identityOf, isOwn, staleOwner, writesOf } from "./identity-items.ts";
import { text } from "./items.ts";
import { accountKey, factorsKey, identityKey, subjectKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";
import { again, untilWritten } from "./until-written.ts";
import { otherWayIn } from "./ways-in.ts";

/**
 * An identity is an item of its account, and one item of its issuer and subject. The account's item counts them, so that the
 * last one stays where there is no password.
 */
export function dynamodbProviderIdentities(db: Dynamodb): ProviderIdentities {
  return {
    async get(issuer, subject) {
      const link = await db.get(subjectKey(issuer, subject));
      if (!link) return undefined;
      const accountId = text(link, "accountId");
      const [account, item] = await Promise.all([
        db.get(accountKey(accountId)),
        db.get(identityKey({ accountId, id: text(link, "identityId") })),
      ]);
      return account && account["removedAt"] === undefined && item ? identityOf(item) : undefined;
    },

    listOfAccount: (accountId) => identitiesOf(db, accountId),

    async add(identity) {
      await untilWritten(async () => {
        const stale = await staleOwner(db, identity);
        const refused = await db.transact([
          {
            update: accountKey(identity.accountId),
            add: { identities: 1 },
            condition: "attribute_exists(#pk) AND attribute_not_exists(#removedAt)",
          },
          ...writesOf(identity, stale),
        ]);
        if (!refused) return;
        const [ofAccount, , ofSubject] = refused;
        if (ofSubject && isOwn(ofSubject.item, identity) && ofSubject.isRepeated) return;
        if (ofAccount) throw new AppError("not_signed_in", "account is gone");
        if (ofSubject && (await staleOwner(db, identity)) !== undefined) return again;
        throw new AppError("identity_taken", "identity is linked already");
      });
    },

    remove: ({ accountId, id }, ways) =>
      untilWritten(async () => {
        const item = await db.get(identityKey({ accountId, id }));
        if (!item) return "missing";
        const { issuer, subject } = identityOf(item);
        const passkeys = async () => passkeysIn(await db.get(factorsKey(accountId)));
        const other = await otherWayIn(db, accountId, id, ways, passkeys);
        if (!other) return (await getAccount(db, accountId)) ? "last" : "missing";
        const refused = await db.transact([
          {
            update: accountKey(accountId),
            add: { identities: -1 },
            condition: `attribute_not_exists(#removedAt) AND ${other.condition}`,
            values: other.values,
          },
          { delete: identityKey({ accountId, id }), condition: "attribute_exists(#pk)" },
          {
            delete: subjectKey(issuer, subject),
            condition: "#accountId = :accountId",
            values: { accountId },
          },
        ]);
        if (!refused) return "removed";
        const [, ofIdentity, ofSubject] = refused;
        if (ofIdentity) return ofIdentity.isRepeated ? "removed" : "missing";
        return ofSubject ? "missing" : again;
      }),

    async removeOfAccount(accountId) {
      for (const { id, issuer, subject } of await identitiesOf(db, accountId)) {
        const condition = "attribute_not_exists(#pk) OR #accountId = :accountId";
        await db.write({ delete: subjectKey(issuer, subject), condition, values: { accountId } });
        await db.write({ delete: identityKey({ accountId, id }) });
      }
    },
  };
}
