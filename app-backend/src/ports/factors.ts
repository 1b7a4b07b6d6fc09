import type { Enrolment, FactorEvent, Spend, StoredFactors } from "../domain/factor.ts";
import type { Proven } from "../domain/proofs.ts";
import type { TokenHolder } from "./tokens.ts";

/** An enrolment that its code confirms. */
export interface Confirmation {
  readonly enrolmentId: string;
  /** The step of the code, which is used up. */
  readonly step: number;
  readonly recoveryHashes: readonly string[];
  readonly event: FactorEvent;
}

/** Second factors of accounts, in one store with the accounts and the sessions. */
export interface Factors {
  /** The factors of an account; none if it has none, or its record is gone. */
  get(accountId: string): Promise<StoredFactors>;
  /** The last `maxFactorEvents` events, the latest first. */
  listEvents(accountId: string): Promise<FactorEvent[]>;
  /** Begins an enrolment, in place of one that was not confirmed. Throws `not_signed_in` if the account is gone. */
  enrol(accountId: string, enrolment: Omit<Enrolment, "replaced">): Promise<void>;
  /**
   * Makes the secret of an enrolment the one in force, with new recovery codes that were not seen. Exactly one of any number
   * of parallel calls for one enrolment returns true; false, and changes nothing, if it is no longer the account's last.
   */
  confirm(accountId: string, confirmation: Confirmation): Promise<boolean>;
  /**
   * Spends a factor and records in a session what is proven, both or neither. Exactly one of any number of parallel calls
   * with one code returns true. False: the step or a later one was used, the code is spent or unknown, or the session is gone.
   */
  prove(holder: TokenHolder, spend: Spend, proven: Proven): Promise<boolean>;
  /** Removes the TOTP secret, an enrolment and the recovery codes; false if there was no secret. */
  removeTotp(accountId: string, event: FactorEvent): Promise<boolean>;
  /** Removes secret, enrolment and recovery codes, and has no passkey asked for after the password; returns what there was. Records the event only if there was a factor. */
  reset(accountId: string, event: FactorEvent): Promise<StoredFactors>;
  /** Replaces all recovery codes by ones that were not seen; false, and changes nothing, if the account has no factor. */
  replaceRecoveryCodes(accountId: string, hashes: readonly string[], event: FactorEvent): Promise<boolean>;
  /** Records that the page has shown the recovery codes; idempotent. */
  noteSeen(accountId: string): Promise<void>;
  /** Removes all factors and events of an account, which may be marked as removed; idempotent. */
  removeOfAccount(accountId: string): Promise<void>;
}
