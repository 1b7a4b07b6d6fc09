/**
 * An identity at a provider by which an account signs in. Issuer and subject are its key: they never belong to another
 * person, as an address may.
 */
export interface ProviderIdentity {
  readonly id: string;
  readonly accountId: string;
  readonly issuer: string;
  readonly subject: string;
  /** The address that the provider stated when the identity was linked, so that its owner knows it again. */
  readonly email: string | null;
  readonly createdAt: Date;
}

/** OpenID Connect Core 1.0, section 2. */
export const maxSubjectLength = 255;

/** A provider as people see it. */
export interface NamedProvider {
  readonly id: string;
  readonly name: string;
}

/** A linked identity as shown to its owner. */
export interface IdentityView {
  readonly id: string;
  /** The provider's name; its issuer if it is no longer one of the site's. */
  readonly provider: string;
  readonly email: string | null;
  readonly createdAt: string;
  /** False for the last way into the account. */
  readonly removable: boolean;
}

export function viewIdentity(
  { id, issuer, email, createdAt }: ProviderIdentity,
  name: string | undefined,
  removable: boolean,
): IdentityView {
  return { id, provider: name ?? issuer, email, createdAt: createdAt.toISOString(), removable };
}
