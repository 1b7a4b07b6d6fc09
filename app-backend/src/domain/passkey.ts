import type { Owned } from "./owned.ts";

/** How long the page may take with a passkey. */
export const passkeyLifeMs = 5 * 60_000;
/** How many passkeys an account may have. */
export const maxPasskeys = 20;
export const maxPasskeyNameLength = 64;

/** The site as authenticators know it: the name of its host, and the one origin of its pages. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** The relying party of a site's main origin; undefined if browsers have no passkeys there. */
export function relyingPartyOf(origin: string): RelyingParty | undefined {
  const { protocol, hostname: id } = new URL(origin);
  const isAddress = /^[\d.]+$|^\[/.test(id);
  return id === "localhost" || (protocol === "https:" && !isAddress) ? { id, origin } : undefined;
}

/** What a credential of an authenticator is known by: WebAuthn, section 4. Bytes are in base64url. */
export interface PasskeyCredential {
  readonly credentialId: string;
  /** In COSE. */
  readonly publicKey: string;
  readonly counter: number;
  /** By which browsers reach the authenticator. */
  readonly transports: readonly string[];
  /** Whether the credential may be copied to other devices: that never changes. */
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** Whether the authenticator verified its user when the credential was made: only then it opens the account alone. */
  readonly userVerified: boolean;
}

/** A passkey of an account. */
export interface Passkey extends PasskeyCredential {
  readonly id: string;
  readonly accountId: string;
  /** The relying party that it was made for: it works at no other. */
  readonly rpId: string;
  readonly name: string;
  /** Whether it makes a sign-in by password ask for a passkey. */
  readonly asked: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** One answer of an authenticator that was verified. */
export interface PasskeyUse extends Owned {
  readonly counter: number;
  readonly backedUp: boolean;
  readonly at: Date;
}

/** What the second step of a sign-in and a step-up have to know of an account's passkeys. */
export interface PasskeySummary {
  readonly count: number;
  /** How many open the account alone. */
  readonly verified: number;
  /** How many make a sign-in by password ask for a passkey. */
  readonly asked: number;
}

/**
 * What a challenge is for: a registration in a session, a sign-in, the second step of one, or a step-up in a session.
 * `of` is the session or the sign-in.
 */
export type PasskeyPurpose =
  | { readonly kind: "register"; readonly accountId: string; readonly of: string; readonly asked: boolean }
  | { readonly kind: "sign-in" }
  | { readonly kind: "second-step" | "step-up"; readonly accountId: string; readonly of: string };

/** What the browser of a person keeps until the authenticator has answered. */
export interface PasskeyChallenge {
  /** Random, in base64url. */
  readonly challenge: string;
  readonly purpose: PasskeyPurpose;
}

/** Whether a counter may follow the stored one: many authenticators count nothing, and one that does never repeats (WebAuthn, section 6.1.1). */
export function counts(stored: number, given: number): boolean {
  return given > stored || (given === 0 && stored === 0);
}

/** A passkey as shown to its owner. */
export interface PasskeyView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  /** Whether it opens the account alone. */
  readonly alone: boolean;
  /** Whether it makes a sign-in by password ask for a passkey. */
  readonly asked: boolean;
  readonly backedUp: boolean;
  /** False if it was made for another domain of the site. */
  readonly usable: boolean;
}

export function viewPasskey(passkey: Passkey, rpId: string | undefined): PasskeyView {
  const { id, name, createdAt, lastUsedAt, userVerified, asked, backedUp } = passkey;
  const usable = passkey.rpId === rpId;
  const times = { createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
  return { id, name, ...times, alone: userVerified, asked, backedUp, usable };
}
