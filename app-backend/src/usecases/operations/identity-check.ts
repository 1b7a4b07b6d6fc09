import type { Accounts } from "../../ports/accounts.ts";
import type { Identities } from "../../ports/identities.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import type { ProviderIdentities } from "../../ports/provider-identities.ts";

// A user is made before its account: a young one may still get it.
const onItsWayMs = 3_600_000;

export interface IdentityReport {
  readonly checked: number;
  /** Ids of users without an account. */
  readonly orphaned: string[];
  /** Ids of accounts without a user, a sign-in provider and a passkey that opens them: no one can sign in to them, and nothing here can give them a password. */
  readonly unusable: string[];
  /** Those of the above that remain. */
  readonly left: string[];
}

interface Dependencies {
  readonly identities: Identities;
  readonly accounts: Pick<Accounts, "get" | "getByEmail">;
  /** The ids of all accounts, a page at a time. */
  readonly accountIds: () => AsyncIterable<readonly string[]>;
  readonly credentials: Pick<PasswordHashes, "get">;
  readonly linked: Pick<ProviderIdentities, "listOfAccount">;
  readonly passkeys: Pick<Passkeys, "listOfAccount">;
  readonly now: () => Date;
}

/** Compares the users of the identity provider with the accounts. Removes, if asked to, users without an account. */
export function identityCheck(deps: Dependencies) {
  const { identities, accounts, accountIds, credentials, linked, passkeys, now } = deps;
  const isYoung = ({ createdAt }: { readonly createdAt: Date }) =>
    now().getTime() - createdAt.getTime() < onItsWayMs;

  return async (repair: boolean): Promise<IdentityReport> => {
    const usable = new Set<string>();
    const [orphaned, unusable, left]: [string[], string[], string[]] = [[], [], []];
    let checked = 0;
    for await (const users of identities.pages()) {
      for (const { id, email, createdAt } of users) {
        checked += 1;
        const account = await accounts.getByEmail(email);
        const credential = account && (await credentials.get(account.id));
        if (account && identities.isOf(credential, id)) {
          usable.add(account.id);
          continue;
        }
        if (isYoung({ createdAt })) continue;
        if (account && credential === undefined) {
          // A code for a first password was asked for, which anyone can do, and not used: no fault.
          if (repair) await identities.remove(id);
          continue;
        }
        orphaned.push(id);
        if (repair) await identities.remove(id);
        else left.push(id);
      }
    }
    for await (const ids of accountIds()) {
      for (const id of ids.filter((one) => !usable.has(one))) {
        const account = await accounts.get(id); // it may have been removed since
        if (!account || isYoung(account)) continue;
        const isOpen = async () =>
          (await passkeys.listOfAccount(id)).some(({ userVerified }) => userVerified);
        if ((await linked.listOfAccount(id)).length === 0 && !(await isOpen())) unusable.push(id);
      }
    }
    return { checked, orphaned, unusable, left: [...left, ...unusable] };
  };
}
