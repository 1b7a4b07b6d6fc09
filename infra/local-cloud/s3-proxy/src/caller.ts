import type { SecretFor } from "./credential.ts";
import type { Signer } from "./sigv4.ts";

export interface Callers {
  readonly secretFor: SecretFor;
  readonly now: () => Date;
}

/** A request whose signature is right; what its body must be is still to be held against `payloadHash`. */
export interface Authenticated {
  readonly signer: Signer;
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** The value of `x-amz-content-sha256`: a hex hash, or a word that says how the body is protected. */
  readonly payloadHash: string;
}
