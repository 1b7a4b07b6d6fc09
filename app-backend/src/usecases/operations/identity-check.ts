import type { Accounts } from "../../ports/accounts.ts";
import type { Identities } from "../../ports/identities.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";

// A user is made before its account: a young one may still get it.
const onItsWayMs = 3_600_000;

export interface IdentityReport {
  readonly checked: number;
  /** Ids of users without an account. */
  readonly orphaned: string[];
  /** Those of the above that were not removed. */
  readonly left: string[];
}

interface Dependencies {
  readonly identities: Identities;
  readonly accounts: Pick<Accounts, "getByEmail">;
  readonly credentials: Pick<PasswordHashes, "get">;
  readonly now: () => Date;
}

/** Compares the users of the identity provider with the accounts. Removes, if asked to, those without one. */
export function identityCheck({ identities, accounts, credentials, now }: Dependencies) {
  return async (repair: boolean): Promise<IdentityReport> => {
    let checked = 0;
    const [orphaned, left]: [string[], string[]] = [[], []];
    for await (const users of identities.pages()) {
      for (const { id, email, createdAt } of users) {
        checked += 1;
        if (now().getTime() - createdAt.getTime() < onItsWayMs) continue;
        const account = await accounts.getByEmail(email);
        if (account && identities.isOf(await credentials.get(account.id), id)) continue;
        orphaned.push(id);
        if (repair) await identities.remove(id);
        else left.push(id);
      }
    }
    return { checked, orphaned, left };
  };
}
