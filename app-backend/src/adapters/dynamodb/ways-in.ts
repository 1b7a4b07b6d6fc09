import type { Passkey } from "../../domain/passkey.ts";
import { isAnyOpen, type WaysIn } from "../../domain/ways-in.ts";
import { isRemoved } from "./accounts.ts";
import { identitiesOf } from "./identity-items.ts";
import { number, textOrNull } from "./items.ts";
import { accountKey } from "./keys.ts";
import type { Condition, Dynamodb } from "./requests.ts";

/**
 * The condition of an account's item under which it has another way in than one of its identities or passkeys; undefined
 * if it has none. The item counts what other writers add and remove, so that none of them goes unseen.
 */
export async function otherWayIn(
  db: Dynamodb,
  accountId: string,
  id: string,
  ways: WaysIn,
  readPasskeys: () => Promise<readonly Passkey[]>,
): Promise<Required<Condition> | undefined> {
  const account = await db.get(accountKey(accountId)); // before what it counts
  if (!account || isRemoved(account)) return undefined;
  if (textOrNull(account, "credential") !== null)
    return { condition: "attribute_exists(#credential)", values: {} };
  const [linked, passkeys] = await Promise.all([identitiesOf(db, accountId), readPasskeys()]);
  const isOther = (each: { readonly id: string }) => each.id !== id;
  if (!isAnyOpen(ways, linked.filter(isOther), passkeys.filter(isOther))) return undefined;
  const isAsRead = (name: string, value: string) =>
    `(attribute_not_exists(#${name}) OR #${name} = :${value})`;
  return {
    condition: `${isAsRead("identities", "linked")} AND ${isAsRead("verifiedPasskeys", "verified")}`,
    values: {
      linked: number(account, "identities"),
      verified: number(account, "verifiedPasskeys"),
    },
  };
}
