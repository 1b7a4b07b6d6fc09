import * as openid from "openid-client";
import { AppError } from "../../domain/app-error.ts";
import { maxSubjectLength } from "../../domain/provider-identity.ts";
import type { ProvenIdentity, SignInProvider, SignInProviders } from "../../ports/sign-in-providers.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { describe, isRefusal } from "./openid-error.ts";

/** A provider with what only the client of it knows. */
export interface ProviderConfig extends SignInProvider {
  readonly clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
}

interface Dependencies {
  readonly providers: readonly ProviderConfig[];
  /** Where a provider sends people back. */
  readonly redirectUri: (id: string) => string;
  readonly nowMs?: () => number;
  /** @default - so short that the page gets its answer within 5 seconds */
  readonly timeoutMs?: number | undefined;
}

/** How long what a provider states of itself is used. */
const metadataLifeMs = 10 * 60_000;

/** Providers of OpenID Connect. Nothing is asked of one before a person chooses it. */
export function openidSignInProviders(deps: Dependencies): SignInProviders {
  const { providers, redirectUri, nowMs = () => performance.now(), timeoutMs = 4_500 } = deps;
  // So much less that what a request found out is known before its caller gives up.
  const timeout = (timeoutMs * 0.8) / 1000;
  const known = new Map<
    string,
    { readonly metadata: Promise<openid.ServerMetadata>; readonly untilMs: number }
  >();

  function providerOf(id: string): ProviderConfig {
    const provider = providers.find((each) => each.id === id);
    if (!provider) throw new AppError("not_found", "no such provider");
    return provider;
  }

  /** What a provider states of itself: one request for all people who wait for it. */
  function metadataOf(provider: ProviderConfig): Promise<openid.ServerMetadata> {
    const kept = known.get(provider.id);
    if (kept && nowMs() < kept.untilMs) return kept.metadata;
    const metadata = discover(provider);
    known.set(provider.id, { metadata, untilMs: nowMs() + metadataLifeMs });
    metadata.catch(() => known.delete(provider.id));
    return metadata;
  }

  async function discover({ id, issuer, clientId }: ProviderConfig): Promise<openid.ServerMetadata> {
    const execute = isLoopback(issuer) ? [openid.allowInsecureRequests] : [];
    const options = { execute, timeout, [openid.customFetch]: boundedFetch };
    const config = await openid.discovery(new URL(issuer), clientId, undefined, openid.None(), options);
    const metadata = config.serverMetadata();
    // The library compares them as URLs, for which a slash at the end is the same. Tokens have the text.
    if (metadata.issuer !== issuer)
      throw new AppError("unavailable", `provider ${id} is not ${issuer}: it calls itself another issuer`);
    return metadata;
  }

  /** For one sign-in: so keys are fetched for each, and one that was rotated a moment ago is known. */
  async function configOf(provider: ProviderConfig): Promise<openid.Configuration> {
    const metadata = await metadataOf(provider);
    const { clientId, clientSecret, issuer } = provider;
    const config = new openid.Configuration(
      metadata,
      clientId,
      clientSecret,
      authentication(provider, metadata),
    );
    config.timeout = timeout;
    config[openid.customFetch] = boundedFetch;
    if (isLoopback(issuer)) openid.allowInsecureRequests(config);
    openid.enableNonRepudiationChecks(config); // otherwise the library checks no signature
    return config;
  }

  /** Has work end in time, and its errors name the provider. */
  async function asking<Result>({ id }: ProviderConfig, work: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const late = new AppError("unavailable", `provider ${id} does not answer in time`);
      timer = setTimeout(() => reject(late), timeoutMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (error instanceof AppError) throw error;
      // Not as its cause: that would be logged, and the library's errors hold tokens.
      throw new AppError(
        isRefusal(error) ? "provider_refused" : "unavailable",
        `provider ${id}: ${describe(error)}`,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    list: providers.map(({ id, name, issuer, trustsFactor }) => ({ id, name, issuer, trustsFactor })),

    async start(id, { again = false } = {}) {
      const provider = providerOf(id);
      return asking(provider, async () => {
        const config = await configOf(provider);
        const [state, nonce, verifier] = [
          openid.randomState(),
          openid.randomNonce(),
          openid.randomPKCECodeVerifier(),
        ];
        const url = openid.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri(id),
          scope: "openid email",
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          ...(again && { max_age: "0" }),
          ...promptOf(config, again ? "login" : "select_account"),
        });
        return { url: url.href, state, nonce, verifier };
      });
    },

    async finish({ provider: id, issuer, state, nonce, verifier }, query) {
      const provider = providerOf(id);
      if (provider.issuer !== issuer) throw new AppError("flow_ended", "provider has another issuer since");
      return asking(provider, async () => {
        const config = await configOf(provider);
        const url = new URL(redirectUri(id));
        url.search = query;
        const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
        const tokens = await openid.authorizationCodeGrant(config, url, checks).catch((error: unknown) => {
          if (error instanceof openid.AuthorizationResponseError && error.error === "access_denied")
            return undefined;
          throw error;
        });
        return tokens && provenBy(config, tokens);
      });
    },
  };
}

type Tokens = Awaited<ReturnType<typeof openid.authorizationCodeGrant>>;

async function provenBy(config: openid.Configuration, tokens: Tokens): Promise<ProvenIdentity> {
  const claims = tokens.claims();
  const issuer = config.serverMetadata().issuer;
  if (!claims || claims.iss !== issuer) throw new AppError("provider_refused", "no id token of the issuer");
  const { sub: subject } = claims;
  if (subject.length === 0 || subject.length > maxSubjectLength)
    throw new AppError("provider_refused", "subject is empty or too long");
  const { email, email_verified: verified } = await aboutPerson(config, tokens, claims);
  return {
    issuer,
    subject,
    email: typeof email === "string" ? email : undefined,
    // Text such as "false" is true elsewhere.
    emailVerified: verified === true,
    authenticatedAt: dateOf(claims.auth_time),
  };
}

/** The claims about the address: many providers have them in the token, others on request alone. */
async function aboutPerson(
  config: openid.Configuration,
  { access_token: accessToken }: Tokens,
  claims: openid.IDToken,
): Promise<Readonly<Record<string, unknown>>> {
  if (claims["email"] !== undefined || !config.serverMetadata().userinfo_endpoint) return claims;
  return openid.fetchUserInfo(config, accessToken, claims.sub);
}

/** A time in seconds since 1970; undefined for one that no date has. */
function dateOf(seconds: number | undefined): Date | undefined {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * Asks the provider for the choice of an account, as people may want another one than it knows them by, or for a new
 * sign-in. A prompt that it does not know would be an error there; Google lists none, and has no `login`.
 */
function promptOf(config: openid.Configuration, prompt: "select_account" | "login"): { prompt?: string } {
  const { issuer, prompt_values_supported: listed } = config.serverMetadata();
  const isKnown = Array.isArray(listed)
    ? listed.includes(prompt)
    : prompt === "select_account" || issuer !== "https://accounts.google.com";
  return isKnown ? { prompt } : {};
}

/**
 * In the body if the provider takes it there: in the header not all decode it as RFC 6749, section 2.3.1, has it. That is
 * what a provider takes that lists nothing.
 */
function authentication(
  { clientSecret }: ProviderConfig,
  { token_endpoint_auth_methods_supported: methods = ["client_secret_basic"] }: openid.ServerMetadata,
): openid.ClientAuth {
  if (clientSecret === undefined) return openid.None();
  return methods.includes("client_secret_post")
    ? openid.ClientSecretPost(clientSecret)
    : openid.ClientSecretBasic(clientSecret);
}

/** Plain HTTP is taken from this machine alone. */
function isLoopback(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
