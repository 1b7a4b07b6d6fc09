import { request } from "./request.ts";
import type { Operations } from "./schema.ts";

export type Provider = Operations["listProviders"]["response"]["providers"][number];

/** The identities of the account, and whether it has a password. */
export type Identities = Operations["listIdentities"]["response"];

export type Identity = Identities["items"][number];

export const listProviders = async () =>
  (await request<Operations["listProviders"]["response"]>("/auth/oidc")).providers;

/** Where a browser goes to sign in: a page of the API, which leads to the provider's. */
export function signInUrl({ id }: Provider, next: string | undefined): string {
  const query = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
  return `/api/auth/oidc/${encodeURIComponent(id)}${query}`;
}

/** The challenge of a sign-in by a provider, whose account has a second factor. */
export const takeChallenge = async () =>
  (await request<Operations["takeChallenge"]["response"]>("/auth/challenge", { method: "POST" })).mfa;

export const listIdentities = (accessToken: string) =>
  request<Identities>("/account/identities", { accessToken });

/** The page of the provider at which an identity is chosen. */
export const linkIdentity = async (accessToken: string, { id }: Provider) =>
  (
    await request<Operations["linkIdentity"]["response"]>(`/account/identities/${encodeURIComponent(id)}`, {
      method: "POST",
      accessToken,
    })
  ).url;

/** The page of the provider at which a person signs in once more, as a proof. */
export const proveIdentity = async (accessToken: string, { id }: Provider) =>
  (
    await request<Operations["proveIdentity"]["response"]>(`/auth/step-up/${encodeURIComponent(id)}`, {
      method: "POST",
      accessToken,
    })
  ).url;

export const removeIdentity = (accessToken: string, { id }: Identity) =>
  request<void>(`/account/identities/${encodeURIComponent(id)}`, { method: "DELETE", accessToken });
