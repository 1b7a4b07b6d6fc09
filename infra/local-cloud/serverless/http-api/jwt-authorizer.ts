import { createPublicKey, createVerify, type JsonWebKey } from "node:crypto";
import type { RouteDescription } from "./api-description.ts";

export interface Jwks {
  readonly keys: readonly (JsonWebKey & { readonly kid?: string })[];
}

export type Authorized =
  | { readonly status: 200; readonly jwt: JwtContext | undefined }
  | { readonly status: 401 | 403 };

export interface JwtContext {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

export interface JwtAuthorizerProps {
  /** The keys of an issuer; an Error if they cannot be had. */
  readonly jwks: (issuer: string) => Promise<Jwks>;
  readonly now: () => Date;
}

const keysLiveMs = 2 * 3_600_000;
/** An unknown `kid` must not make each request a fetch. */
const refetchAfterMs = 10_000;

/**
 * Judges bearer tokens as https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html says.
 * As there, any token of the issuer passes a route without scopes, an ID token too.
 */
export function jwtAuthorizer({ jwks, now }: JwtAuthorizerProps) {
  const cache = new Map<string, { readonly at: number; readonly keys: Promise<Jwks> }>();
  const ageOf = ({ at }: { readonly at: number }) => now().getTime() - at;

  async function keyOf(issuer: string, kid: unknown): Promise<JsonWebKey | undefined> {
    const cached = cache.get(issuer);
    const first = cached === undefined || ageOf(cached) > keysLiveMs ? fetched(issuer) : cached;
    const known = (await first.keys).keys.find((key) => key.kid === kid);
    if (known !== undefined || ageOf(first) <= refetchAfterMs) return known;
    const latest = cache.get(issuer);
    const second = latest === undefined || latest === first ? fetched(issuer) : latest;
    return (await second.keys).keys.find((key) => key.kid === kid);
  }

  /** Keys that cannot be had are none until they are fetched again. */
  function fetched(issuer: string) {
    const keys = jwks(issuer).catch((): Jwks => ({ keys: [] }));
    const entry = { at: now().getTime(), keys };
    cache.set(issuer, entry);
    return entry;
  }

  async function claimsOf(
    token: string,
    route: RouteDescription,
  ): Promise<Record<string, unknown> | undefined> {
    const { issuer, audience } = route.authorizer!;
    const [head = "", body = "", signature = ""] = token.split(".");
    const { alg, kid } = decoded(head);
    if (alg !== "RS256") return undefined;
    const jwk = await keyOf(issuer, kid);
    if (jwk === undefined) return undefined;
    const verifier = createVerify("RSA-SHA256").update(`${head}.${body}`);
    if (!verifier.verify(createPublicKey({ key: jwk, format: "jwk" }), Buffer.from(signature, "base64url"))) {
      return undefined;
    }
    const claims = decoded(body);
    const seconds = now().getTime() / 1000;
    const isTimely =
      Number(claims["exp"]) > seconds &&
      Number(claims["nbf"] ?? 0) <= seconds &&
      Number(claims["iat"] ?? 0) <= seconds;
    // `client_id` counts only if there is no `aud`.
    const intended = claims["aud"] === undefined ? [claims["client_id"]] : [claims["aud"]].flat();
    const isIntended = intended.some((one) => audience.includes(String(one)));
    return isTimely && isIntended && claims["iss"] === issuer ? claims : undefined;
  }

  /** 401 without a right token, 403 if it has none of the route's scopes. */
  return async function authorize(header: string | undefined, route: RouteDescription): Promise<Authorized> {
    if (route.authorizer === undefined) return { status: 200, jwt: undefined };
    const token = /^(?:Bearer )?([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? "")?.[1];
    if (token === undefined) return { status: 401 };
    const claims = await claimsOf(token, route).catch(() => undefined);
    if (claims === undefined) return { status: 401 };
    const held = String(claims["scope"] ?? claims["scp"] ?? "").split(" ");
    const { scopes } = route;
    if (scopes.length > 0 && !scopes.some((scope) => held.includes(scope))) return { status: 403 };
    return { status: 200, jwt: { claims: textOf(claims), scopes: scopes.length > 0 ? scopes : null } };
  };
}

const decoded = (part: string) =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;

const textOf = (claims: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? `[${value.join(" ")}]`
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value),
    ]),
  );
