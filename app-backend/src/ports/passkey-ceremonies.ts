import type { Account } from "../domain/account.ts";
import type { Passkey, PasskeyCredential } from "../domain/passkey.ts";

/** What a browser is asked for, as `PublicKeyCredential.parse...OptionsFromJSON` takes it. */
export type PasskeyOptions = { readonly challenge: string } & Readonly<Record<string, unknown>>;

/** The answer of an authenticator that made a credential, as `PublicKeyCredential.toJSON` writes it. */
export interface CreatedCredential {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[] | undefined;
  };
}

/** The answer of an authenticator that used a credential. */
export interface UsedCredential {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

export interface Assertion {
  readonly counter: number;
  readonly backedUp: boolean;
  readonly userVerified: boolean;
}

/** The two ceremonies of WebAuthn at the one origin of the settings. */
export interface PasskeyCeremonies {
  /** The site as authenticators know it. */
  readonly rpId: string;
  newChallenge(): string;
  creationOptions(facts: {
    readonly challenge: string;
    readonly account: Account;
    /** No authenticator that has one of these makes another. */
    readonly present: readonly Passkey[];
    /** Whether it has to open the account alone. */
    readonly alone: boolean;
  }): PasskeyOptions;
  /** With `allowed` for those passkeys; without, for any that the authenticator has for this site, and its user verified. */
  requestOptions(challenge: string, allowed?: readonly Passkey[]): PasskeyOptions;
  /** Throws `passkey_refused` unless the credential was made here, for that challenge. */
  create(answer: CreatedCredential, challenge: string): Promise<PasskeyCredential>;
  /** Throws `passkey_refused` unless that passkey signed that challenge here. The counter is for the store to judge. */
  use(answer: UsedCredential, challenge: string, passkey: Passkey): Promise<Assertion>;
}
