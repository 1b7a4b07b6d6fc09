import type { PasskeySummary, PasskeyUse } from "./passkey.ts";

/**
 * What a person proves who they are with. A passkey is one whose user was verified, by which it is two factors; a key is one
 * whose user was not.
 */
export type Proof = "password" | "totp" | "recovery" | "passkey" | "key" | "sms" | "provider";

/** What the second step of a sign-in takes. */
export type Factor = "totp" | "recovery" | "passkey" | "sms";

/** A TOTP secret in force. `id` is another one with each enrolment. */
export interface Totp {
  readonly id: string;
  /** Encrypted. */
  readonly secret: string;
  /** The last time step whose code was used: no code of it or of an earlier one is accepted. */
  readonly lastStep: number;
  readonly enrolledAt: Date;
  readonly lastUsedAt: Date;
}

/** An enrolment that no code has confirmed. */
export interface Enrolment {
  readonly id: string;
  /** Encrypted. */
  readonly secret: string;
  /** The secret of the enrolment that this one replaced, encrypted; null if there was none. */
  readonly replaced: string | null;
  readonly endsAt: Date;
}

export const enrolmentLifeMs = 10 * 60_000;

/** A phone number that gets codes. `id` is another one with each number. */
export interface Phone {
  readonly id: string;
  /** Encrypted. */
  readonly number: string;
  /** Its last two digits. */
  readonly ending: string;
  readonly enrolledAt: Date;
  readonly lastUsedAt: Date;
}

/** A number that no code has confirmed. */
export interface PhoneEnrolment {
  readonly id: string;
  /** Encrypted. */
  readonly number: string;
  /** Keyed: accounts with the same number have the same. */
  readonly numberHash: string;
  readonly ending: string;
  readonly endsAt: Date;
}

/** How many recovery codes are left, and whether the page has confirmed that it showed them. */
export interface RecoveryCodes {
  readonly left: number;
  readonly seen: boolean;
}

/** What happened to the factors of an account. The names are those of the audit log. */
export type FactorEventName =
  | "totp_added"
  | "totp_replaced"
  | "totp_removed"
  | "phone_added"
  | "phone_replaced"
  | "phone_removed"
  | "recovery_codes_replaced"
  | "recovery_code_used"
  | "passkey_added"
  | "passkey_removed"
  | "passkey_copied"
  | "factors_reset";

export interface FactorEvent {
  readonly at: Date;
  readonly what: FactorEventName;
  readonly device: string;
}

/** How many events of an account are kept. */
export const maxFactorEvents = 20;

/** The factors of an account. Nothing in it opens anything without the key of the secrets. */
export interface StoredFactors {
  readonly totp: Totp | undefined;
  readonly enrolment: Enrolment | undefined;
  readonly phone: Phone | undefined;
  readonly phoneEnrolment: PhoneEnrolment | undefined;
  /** There are some, or none are left, as long as there is a factor. */
  readonly recoveryCodes: RecoveryCodes | undefined;
  readonly passkeys: PasskeySummary;
}

/** What a reset has found, and how many passkeys it has left because nothing else opens the account. */
export interface FactorsReset {
  readonly before: StoredFactors;
  readonly keptPasskeys: number;
}

export const noFactors: StoredFactors = {
  totp: undefined,
  enrolment: undefined,
  phone: undefined,
  phoneEnrolment: undefined,
  recoveryCodes: undefined,
  passkeys: { count: 0, verified: 0, asked: 0 },
};

/** One use of a factor: each is spent by it. */
export type Spend =
  | { readonly factor: "totp"; readonly id: string; readonly step: number; readonly at: Date }
  /** `id`: of the number. `hashes`: of the code, which was sent for `boundTo`. */
  | {
      readonly factor: "sms";
      readonly id: string;
      readonly boundTo: string;
      readonly hashes: readonly string[];
      readonly at: Date;
    }
  /** `hashes`: one for each key that may have hashed the code. */
  | { readonly factor: "recovery"; readonly hashes: readonly string[]; readonly event: FactorEvent }
  /** `verified`: whether the authenticator verified its user. */
  | ({ readonly factor: "passkey"; readonly verified: boolean } & Omit<PasskeyUse, "accountId">);

/** What a use of a factor proves. */
export function proofBy(spend: Spend): Proof {
  if (spend.factor !== "passkey") return spend.factor;
  return spend.verified ? "passkey" : "key";
}

/** The factors that the second step of a sign-in takes from an account: none, if it has no second step. */
export function factorsOf(stored: StoredFactors): Factor[] {
  if (!hasFactor(stored)) return [];
  const { totp, phone, recoveryCodes, passkeys } = stored;
  const factors: Factor[] = totp ? ["totp"] : [];
  if (phone) factors.push("sms");
  if (recoveryCodes && recoveryCodes.left > 0) factors.push("recovery");
  if (passkeys.count > 0) factors.push("passkey");
  return factors;
}

/** Whether a sign-in by password has a second step. A passkey that opens the account alone does not bring one about by itself. */
export function hasFactor({
  totp,
  phone,
  passkeys,
}: Pick<StoredFactors, "totp" | "phone" | "passkeys">): boolean {
  return totp !== undefined || phone !== undefined || passkeys.asked > 0;
}

/** Factors as shown to their owner. */
export interface FactorsView {
  readonly totp: { readonly enrolledAt: string; readonly lastUsedAt: string } | null;
  readonly phone: {
    readonly ending: string;
    readonly enrolledAt: string;
    readonly lastUsedAt: string;
  } | null;
  readonly recoveryCodes: RecoveryCodes | null;
  readonly events: readonly {
    readonly at: string;
    readonly what: FactorEventName;
    readonly device: string;
  }[];
}

export function viewFactors(
  { totp, phone, recoveryCodes }: StoredFactors,
  events: readonly FactorEvent[],
): FactorsView {
  return {
    totp: totp ? usesOf(totp) : null,
    phone: phone ? { ending: phone.ending, ...usesOf(phone) } : null,
    recoveryCodes: recoveryCodes ?? null,
    events: events.map(({ at, what, device }) => ({ at: at.toISOString(), what, device })),
  };
}

function usesOf({ enrolledAt, lastUsedAt }: Pick<Totp, "enrolledAt" | "lastUsedAt">) {
  return { enrolledAt: enrolledAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() };
}
