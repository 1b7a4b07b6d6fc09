import { AppError } from "../../domain/app-error.ts";
import type { ProviderIdentity } from "../../domain/provider-identity.ts";
import type { ProviderIdentities } from "../../ports/provider-identities.ts";
import { itemsOf } from "./account-items.ts";
import { type Item, text, textOrNull, time } from "./items.ts";
import { accountKey, identityKey, ownedOf, subjectKey } from "./keys.ts";
import type { Dynamodb, Write } from "./requests.ts";
import { again, untilWritten } from "./until-written.ts";

/** Of an account's item, beside its identities: a password, or a passkey that opens it alone. */
const hasOtherWayIn = "attribute_exists(#credential) OR #verifiedPasskeys > :none";

/**
 * An identity is an item of its account, and one item of its issuer and subject. The account's item counts them, so that the
 * last one stays where there is no password.
 */
export function dynamodbProviderIdentities(db: Dynamodb): ProviderIdentities {
  async function listOfAccount(accountId: string): Promise<ProviderIdentity[]> {
    const found: ProviderIdentity[] = [];
    for await (const page of itemsOf(db, accountId, "identity#")) found.push(...page.map(identityOf));
    return found.toSorted(byAge);
  }

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

    listOfAccount,

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

    async remove({ accountId, id }) {
      const item = await db.get(identityKey({ accountId, id }));
      if (!item) return "missing";
      const { issuer, subject } = identityOf(item);
      const refused = await db.transact([
        {
          update: accountKey(accountId),
          add: { identities: -1 },
          condition: `attribute_not_exists(#removedAt) AND (#identities > :one OR ${hasOtherWayIn})`,
          values: { one: 1, none: 0 },
        },
        { delete: identityKey({ accountId, id }), condition: "attribute_exists(#pk)" },
        {
          delete: subjectKey(issuer, subject),
          condition: "#accountId = :accountId",
          values: { accountId },
        },
      ]);
      if (!refused) return "removed";
      const [ofAccount, ofIdentity] = refused;
      if (ofIdentity) return ofIdentity.isRepeated ? "removed" : "missing";
      if (ofAccount && ofAccount.item?.["removedAt"] === undefined) return "last";
      return "missing";
    },

    async removeOfAccount(accountId) {
      for (const { id, issuer, subject } of await listOfAccount(accountId)) {
        const condition = "attribute_not_exists(#pk) OR #accountId = :accountId";
        await db.write({ delete: subjectKey(issuer, subject), condition, values: { accountId } });
        await db.write({ delete: identityKey({ accountId, id }) });
      }
    },
  };
}

/** The writes that store an identity, in place of one of the account `stale`, if there is one. */
export function writesOf(identity: ProviderIdentity, stale: string | undefined): [Write, Write] {
  const { id, accountId, issuer, subject, email, createdAt } = identity;
  const isFree = "attribute_not_exists(#pk)";
  return [
    {
      put: identityKey({ accountId, id }),
      item: { issuer, subject, email, createdAt },
      condition: isFree,
    },
    {
      put: subjectKey(issuer, subject),
      item: { accountId, identityId: id },
      condition: stale === undefined ? isFree : `${isFree} OR #accountId = :stale`,
      values: { stale },
    },
  ];
}

/** The account that has an identity and is gone or being removed; undefined if none has it, or the account exists. */
export async function staleOwner(
  db: Dynamodb,
  { issuer, subject }: Pick<ProviderIdentity, "issuer" | "subject">,
): Promise<string | undefined> {
  const link = await db.get(subjectKey(issuer, subject));
  if (!link) return undefined;
  const accountId = text(link, "accountId");
  const account = await db.get(accountKey(accountId));
  return account && account["removedAt"] === undefined ? undefined : accountId;
}

/** Whether the item of a subject is the one of this identity. */
export function isOwn(item: Item | undefined, { accountId, id }: ProviderIdentity): boolean {
  return item?.["accountId"]?.S === accountId && item["identityId"]?.S === id;
}

function identityOf(item: Item): ProviderIdentity {
  return {
    ...ownedOf(item),
    issuer: text(item, "issuer"),
    subject: text(item, "subject"),
    email: textOrNull(item, "email"),
    createdAt: time(item, "createdAt"),
  };
}

function byAge(one: ProviderIdentity, other: ProviderIdentity): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1);
}
