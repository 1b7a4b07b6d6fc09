import { AppError } from "../../domain/app-error.ts";
import { maxPasskeys } from "../../domain/passkey.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import { requireLive } from "./account-usage.ts";
import { factorItems, hasCodes, used, withEvent, withoutIdleCodes } from "./factors.ts";
import { text } from "./items.ts";
import { accountKey, credentialKey } from "./keys.ts";
import type { Dynamodb } from "./requests.ts";
import { endingOthers } from "./sessions.ts";
import { again, untilWritten } from "./until-written.ts";
import { otherWayIn } from "./ways-in.ts";

interface Dependencies {
  readonly db: Dynamodb;
  readonly newId: () => string;
}

/**
 * Passkeys are in the item of their account's factors. Each has an item of its credential, so that no other account gets it.
 * The account's item counts those that open it alone, so that the last way in stays.
 */
export function dynamodbPasskeys(deps: Dependencies): Passkeys {
  const { db } = deps;
  const { read, replacing, change } = factorItems(deps);

  async function listOfAccount(accountId: string) {
    return [...(await read(accountId)).state.passkeys];
  }

  return {
    listOfAccount,

    add: (passkey, codes, event, kept) =>
      untilWritten(async () => {
        const { accountId, credentialId, userVerified } = passkey;
        const { item, state } = await read(accountId);
        const { passkeys, events } = state;
        const isFirst = !hasCodes(state);
        if (passkeys.some(({ id }) => id === passkey.id)) return isFirst;
        if (passkeys.length >= maxPasskeys)
          throw new AppError("quota_exceeded", `account has ${maxPasskeys} passkeys`);
        const { write, isDone } = replacing(accountId, item, {
          ...state,
          ...(isFirst && { codes, seen: false }),
          passkeys: [...passkeys, passkey].toSorted(byAge),
          events: withEvent(events, event),
        });
        const ending = kept && (await endingOthers(db, { ...kept, accountId }, kept.proven));
        const ofLiveAccount = {
          update: accountKey(accountId),
          condition: "attribute_exists(#pk) AND attribute_not_exists(#removedAt)",
        };
        const refused = await db.transact([
          write,
          { put: credentialKey(credentialId), item: { accountId }, condition: "attribute_not_exists(#pk)" },
          { ...(ending?.ofAccount ?? ofLiveAccount), add: { verifiedPasskeys: userVerified ? 1 : 0 } },
          ...(ending ? [ending.ofSession] : []),
        ]);
        if (!refused || isDone(refused[0])) return isFirst;
        if (refused[2]) requireLive(refused[2].item);
        if (refused[1]) throw new AppError("passkey_taken", "credential is registered already");
        return again;
      }),

    rename: ({ accountId, id }, name) =>
      change(accountId, (state) => {
        if (!state.passkeys.some((each) => each.id === id)) return undefined;
        return {
          ...state,
          passkeys: state.passkeys.map((each) => (each.id === id ? { ...each, name } : each)),
        };
      }),

    remove: ({ accountId, id }, event, ways) =>
      untilWritten(async () => {
        const { item, state } = await read(accountId);
        const passkey = state.passkeys.find((each) => each.id === id);
        if (!passkey) return "missing";
        // Of the passkeys that are read here another writer leaves another revision.
        const other = await otherWayIn(db, accountId, id, ways, async () => state.passkeys);
        if (!other) return "last";
        const { write, isDone } = replacing(
          accountId,
          item,
          withoutIdleCodes({
            ...state,
            passkeys: state.passkeys.filter((each) => each !== passkey),
            events: withEvent(state.events, event),
          }),
        );
        const refused = await db.transact([
          write,
          { delete: credentialKey(passkey.credentialId) },
          {
            update: accountKey(accountId),
            add: { verifiedPasskeys: passkey.userVerified ? -1 : 0 },
            ...other,
          },
        ]);
        return !refused || isDone(refused[0]) ? "removed" : again;
      }),

    use: ({ accountId, ...use }) => change(accountId, (state) => used(state, use)),

    async noteCopy(accountId, event) {
      await change(accountId, (state) =>
        hasCodes(state) ? { ...state, events: withEvent(state.events, event) } : undefined,
      );
    },

    async removeOfAccount(accountId) {
      const passkeys = await listOfAccount(accountId);
      for (const { credentialId } of passkeys) {
        const found = await db.get(credentialKey(credentialId));
        if (found && text(found, "accountId") === accountId)
          await db.write({ delete: credentialKey(credentialId) });
      }
      await change(accountId, (state) =>
        state.passkeys.length > 0 ? withoutIdleCodes({ ...state, passkeys: [] }) : undefined,
      );
    },
  };
}

function byAge(one: { createdAt: Date; id: string }, other: { createdAt: Date; id: string }): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1);
}
