import type { ProviderIdentity } from "../../domain/provider-identity.ts";
import { itemsOf } from "./account-items.ts";
import { type Item, text, textOrNull, time } from "./items.ts";
import { accountKey, identityKey, ownedOf, subjectKey } from "./keys.ts";
import type { Dynamodb, Write } from "./requests.ts";

/** All identities of an account, the oldest first. */
export async function identitiesOf(db: Dynamodb, accountId: string): Promise<ProviderIdentity[]> {
  const found: ProviderIdentity[] = [];
  for await (const page of itemsOf(db, accountId, "identity#")) found.push(...page.map(identityOf));
  return found.toSorted(byAge);
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

export function identityOf(item: Item): ProviderIdentity {
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
