import type { FactorEvent } from "../domain/factor.ts";
import type { Owned } from "../domain/owned.ts";
import type { Passkey, PasskeyUse } from "../domain/passkey.ts";
import type { WaysIn } from "../domain/ways-in.ts";
import type { Proven } from "../domain/proofs.ts";

/** The session that stays when all others of its account end, and what is proven in it. */
export interface KeptSession {
  readonly sessionId: string;
  readonly proven: Proven;
}

/** Passkeys of accounts, in one store with the accounts and their factors, which summarize them. */
export interface Passkeys {
  /** All passkeys of an account, the oldest first. */
  listOfAccount(accountId: string): Promise<Passkey[]>;
  /**
   * Adds a passkey, and the recovery codes if the account has no factor of any kind yet. Returns whether it added them. Of
   * any number of parallel calls for one credential, of whatever account, one succeeds, the others throw `passkey_taken`.
   * Throws `not_signed_in` if the account is gone, `quota_exceeded` if it has `maxPasskeys`. With `kept` the same write
   * ends all other sessions of the account, and throws `not_signed_in` if that one is gone or over, as `Factors.confirm`.
   */
  add(
    passkey: Passkey,
    recoveryHashes: readonly string[],
    event: FactorEvent,
    kept?: KeptSession,
  ): Promise<boolean>;
  /** False if the account has no such passkey. */
  rename(passkey: Owned, name: string): Promise<boolean>;
  /**
   * Removes a passkey, and the recovery codes with the last factor. `last`, and changes nothing, if the account has no
   * password, and no identity or other passkey by which `ways` lets it in: also of parallel removals of its ways.
   */
  remove(passkey: Owned, event: FactorEvent, ways: WaysIn): Promise<"removed" | "missing" | "last">;
  /** Records a use. False, and changes nothing, unless its counter may follow the stored one: of parallel uses of one counter above 0 one returns true. */
  use(use: PasskeyUse): Promise<boolean>;
  /** Records that a passkey seems to have been copied. */
  noteCopy(accountId: string, event: FactorEvent): Promise<void>;
  /** Removes all passkeys of an account, which may be marked as removed; idempotent. */
  removeOfAccount(accountId: string): Promise<void>;
}
