import { AppError } from "../../domain/app-error.ts";
import { mediaQuota } from "../../domain/media.ts";
import { projectQuota } from "../../domain/project.ts";
import { isRemoved } from "./accounts.ts";
import type { Item } from "./items.ts";
import { accountKey } from "./keys.ts";
import type { Dynamodb, Refused, Write } from "./requests.ts";

/** What an account's projects and media take. Accounts of earlier releases have none of these attributes. */
export interface Usage {
  readonly projects: number;
  readonly notesBytes: number;
  readonly mediaFiles: number;
  readonly mediaBytes: number;
}

const quota: Usage = {
  projects: projectQuota.maxProjects,
  notesBytes: projectQuota.maxNotesBytes,
  mediaFiles: mediaQuota.maxFiles,
  mediaBytes: mediaQuota.maxBytes,
};

/** Adds to what an account takes, or subtracts. Refused if it is gone or marked as removed, or what grows exceeds its quota. */
export function count(accountId: string, usage: Partial<Usage>): Write {
  const grown = Object.entries(usage).filter(([, by]) => by > 0) as [keyof Usage, number][];
  const isWithin = grown.map(([name]) => `(attribute_not_exists(#${name}) OR #${name} <= :${name}Before)`);
  return {
    update: accountKey(accountId),
    // An update needs a change, and a mere check another right.
    add: { projects: 0, ...usage },
    condition: ["attribute_exists(#pk)", "attribute_not_exists(#removedAt)", ...isWithin].join(" AND "),
    values: Object.fromEntries(grown.map(([name, by]) => [`${name}Before`, quota[name] - by])),
  };
}

/** Throws `not_signed_in` for an account that is gone or marked as removed. */
export function requireLive(account: Item | undefined): void {
  if (!account || isRemoved(account)) throw new AppError("not_signed_in", "account is gone");
}

export async function requireLiveAccount(db: Dynamodb, accountId: string): Promise<void> {
  requireLive(await db.get(accountKey(accountId)));
}

/** Writes all or nothing, and subtracts from what an account takes. If that is gone, there is nothing to count. */
export async function writeAndCountBack(
  db: Dynamodb,
  accountId: string,
  writes: readonly Write[],
  usage: Partial<Usage>,
): Promise<(Refused | undefined)[] | undefined> {
  const subtraction = { add: usage, condition: "attribute_exists(#pk)" };
  const refused = await db.transact([...writes, { update: accountKey(accountId), ...subtraction }]);
  const isOfAccountAlone = refused?.findIndex((each) => each !== undefined) === writes.length;
  return isOfAccountAlone ? db.transact(writes) : refused;
}
