import type { Passkeys } from "../../ports/passkeys.ts";
import { inParallel } from "./in-parallel.ts";

const accountsAtOnce = 25;

interface Dependencies {
  /** The ids of all accounts, a page at a time. */
  readonly accountIds: () => AsyncIterable<readonly string[]>;
  readonly passkeys: Pick<Passkeys, "listOfAccount">;
}

/** Counts the passkeys of all accounts by the name of the site that they were made for, and work at. */
export function passkeyCount({ accountIds, passkeys }: Dependencies) {
  return async (): Promise<Record<string, number>> => {
    const counts = new Map<string, number>();
    for await (const ids of accountIds())
      await inParallel(accountsAtOnce, ids, async (id) => {
        for (const { rpId } of await passkeys.listOfAccount(id))
          counts.set(rpId, (counts.get(rpId) ?? 0) + 1);
      });
    return Object.fromEntries(counts);
  };
}
