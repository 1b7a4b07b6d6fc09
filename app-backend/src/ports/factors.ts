import type {
  Enrolment,
  FactorEvent,
  FactorsReset,
  PhoneEnrolment,
  Spend,
  StoredFactors,
} from "../domain/factor.ts";
import type { Proven } from "../domain/proofs.ts";
import type { TextCode } from "../domain/text-message.ts";
import type { TokenHolder } from "./tokens.ts";

/** An enrolment that its code confirms. `proven`: in the session of the person who typed it. */
export interface Confirmation {
  readonly proven: Proven;
  readonly enrolmentId: string;
  /** The step of the code, which is used up. */
  readonly step: number;
  readonly recoveryHashes: readonly string[];
  readonly event: FactorEvent;
}

/** An enrolment of a number that the code sent to it confirms. */
export interface PhoneConfirmation {
  readonly proven: Proven;
  readonly enrolmentId: string;
  /** Of the code: one for each key. */
  readonly hashes: readonly string[];
  /** Stored if the number is the account's first factor. */
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
   * The same write raises the account's credential version, which ends all sessions but the holder's, and records in that
   * what is proven. Throws `not_signed_in`, and changes nothing, if the holder's session is gone or over.
   */
  confirm(holder: TokenHolder, confirmation: Confirmation): Promise<boolean>;
  /** Begins an enrolment of a number, in place of one that was not confirmed. Throws `not_signed_in` if the account is gone. */
  enrolPhone(accountId: string, enrolment: PhoneEnrolment): Promise<void>;
  /** Stores the code of an enrolment, a challenge or a session, in place of an earlier one; may store nothing if the account is gone. */
  addTextCode(accountId: string, code: TextCode): Promise<void>;
  /**
   * Puts the number of an enrolment in force and ends all codes that were sent. `first`: it is the account's first factor,
   * and the recovery codes were stored. `replaced`: it is no longer the account's last enrolment. Throws `number_taken`,
   * also in parallel calls, if `maxAccountsOfNumber` accounts have the number, and `not_signed_in` if the account is gone.
   * What is refused changes nothing. Sessions end as with `confirm`.
   */
  confirmPhone(
    holder: TokenHolder,
    confirmation: PhoneConfirmation,
  ): Promise<"first" | "further" | "replaced" | "wrong">;
  /** Removes the number and all codes that were sent to it; the recovery codes too, if no other factor is left. False if there was no number. */
  removePhone(accountId: string, event: FactorEvent): Promise<boolean>;
  /**
   * Spends a factor and records in a session what is proven, both or neither. Exactly one of any number of parallel calls
   * with one code returns true. False: the step or a later one was used, the code is spent or unknown, or the session is gone.
   */
  prove(holder: TokenHolder, spend: Spend, proven: Proven): Promise<boolean>;
  /** Removes the TOTP secret and an enrolment; the recovery codes too, if no other factor is left. False if there was no secret. */
  removeTotp(accountId: string, event: FactorEvent): Promise<boolean>;
  /**
   * Removes secret, number, enrolments, codes and passkeys. If the account has neither a password nor an identity at a
   * provider, the passkeys that open it alone stay, and are not asked for after anything. If a factor or a passkey was
   * removed, the same write raises the credential version, which ends all sessions, and records the event.
   */
  reset(accountId: string, event: FactorEvent): Promise<FactorsReset>;
  /** Replaces all recovery codes by ones that were not seen; false, and changes nothing, if the account has no factor. */
  replaceRecoveryCodes(accountId: string, hashes: readonly string[], event: FactorEvent): Promise<boolean>;
  /** Records that the page has shown the recovery codes; idempotent. */
  noteSeen(accountId: string): Promise<void>;
  /** Removes all factors and events of an account, which may be marked as removed; idempotent. */
  removeOfAccount(accountId: string): Promise<void>;
}
