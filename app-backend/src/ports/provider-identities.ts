import type { Owned } from "../domain/owned.ts";
import type { ProviderIdentity } from "../domain/provider-identity.ts";
import type { WaysIn } from "../domain/ways-in.ts";

/** The identities by which accounts sign in, in one store with the accounts. `Accounts.add` stores the first one of an account without a password. */
export interface ProviderIdentities {
  /** The identity of issuer and subject, compared byte by byte; undefined if no account has it, or its account is gone. */
  get(issuer: string, subject: string): Promise<ProviderIdentity | undefined>;
  /** All identities of an account, the oldest first. */
  listOfAccount(accountId: string): Promise<ProviderIdentity[]>;
  /**
   * Links an identity. Of any number of parallel calls for one issuer and subject one succeeds, the others throw
   * `identity_taken`. Throws `not_signed_in` if the account is gone.
   */
  add(identity: ProviderIdentity): Promise<void>;
  /**
   * Removes an identity of an account. `last`, and changes nothing, if the account has no password, and no passkey or other
   * identity by which `ways` lets it in: also of parallel removals of its ways.
   */
  remove(identity: Owned, ways: WaysIn): Promise<"removed" | "missing" | "last">;
  /** Removes all identities of an account, which may be marked as removed; idempotent. */
  removeOfAccount(accountId: string): Promise<void>;
}
