import type { Passkey } from "./passkey.ts";
import type { ProviderIdentity } from "./provider-identity.ts";

/** What opens accounts on this site beside a password: identities of its providers, and passkeys of its domain. */
export interface WaysIn {
  readonly issuers: readonly string[];
  /** Undefined: no passkey does. */
  readonly rpId: string | undefined;
}

/** Whether one of the identities, or of the passkeys by itself, opens its account. */
export function isAnyOpen(
  { issuers, rpId }: WaysIn,
  identities: readonly Pick<ProviderIdentity, "issuer">[],
  passkeys: readonly Pick<Passkey, "rpId" | "userVerified">[],
): boolean {
  return (
    identities.some(({ issuer }) => issuers.includes(issuer)) ||
    passkeys.some((passkey) => passkey.userVerified && passkey.rpId === rpId)
  );
}
