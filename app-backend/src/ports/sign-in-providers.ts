import type { ProviderFlow } from "../domain/provider-flow.ts";
import type { NamedProvider } from "../domain/provider-identity.ts";

/** A provider of the settings. */
export interface SignInProvider extends NamedProvider {
  readonly issuer: string;
  /** Whether its sign-in is sufficient for accounts with a second factor. */
  readonly trustsFactor: boolean;
}

/** A flow that begins at the provider's page. */
export interface StartedFlow extends Pick<ProviderFlow, "state" | "nonce" | "verifier"> {
  readonly url: string;
}

/** What a provider has proven. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  /** True only if the provider states exactly that. */
  readonly emailVerified: boolean;
  /** When the person has signed in there; undefined if the provider does not say. */
  readonly authenticatedAt: Date | undefined;
}

/** Providers of OpenID Connect, by the code flow with PKCE. */
export interface SignInProviders {
  readonly list: readonly SignInProvider[];
  /**
   * Begins a flow; with `again` the provider is asked to have the person sign in even if it knows them. Throws `not_found`
   * for an unknown provider, `unavailable` if it does not answer.
   */
  start(id: string, options?: { readonly again?: boolean }): Promise<StartedFlow>;
  /**
   * What the answer proves that a provider sent with the browser, by its query. Undefined if the person declined. Throws
   * `provider_refused` for an answer or a token that is not the one of this flow, `unavailable` if the provider does not
   * answer.
   */
  finish(flow: ProviderFlow, query: string): Promise<ProvenIdentity | undefined>;
}
