import { createSign, randomUUID, verify } from "node:crypto";
import { CognitoError, notAuthorized } from "./answer.ts";
import type { ClientCall } from "./call.ts";
import type { Client } from "./control-plane.ts";
import type { Family, PoolState, User } from "./state.ts";

/** The issuer is AWS's on every cloud: verifiers compare it with the pool's id. */
export const issuerOf = (region: string, poolId: string) =>
  `https://cognito-idp.${region}.amazonaws.com/${poolId}`;

const seconds: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const longestAccessMs = 86_400_000;

/** Lifetimes in seconds; what a client leaves out is AWS's default: an hour, and 30 days for refresh tokens. */
function lifetimes({ TokenValidityUnits: units = {}, ...client }: Client) {
  const inSeconds = (value: number | undefined, unit: string, byDefault: number) =>
    value ? value * seconds[unit]! : byDefault;
  return {
    access: inSeconds(client.AccessTokenValidity, units.AccessToken ?? "hours", 3600),
    id: inSeconds(client.IdTokenValidity, units.IdToken ?? "hours", 3600),
    refresh: inSeconds(client.RefreshTokenValidity, units.RefreshToken ?? "days", 30 * 86_400),
  };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign({ key }: PoolState, claims: object): string {
  const signed = `${encode({ kid: key.id, alg: "RS256" })}.${encode(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key.privateKey, "base64url")}`;
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html */
function accessAndIdToken({ state, client, now, region }: ClientCall, { user, originJti, openedAt }: Family) {
  const { access, id } = lifetimes(client);
  const iat = Math.floor(now / 1000);
  const common = (tokenUse: string, lifetime: number) => ({
    sub: user.sub,
    iss: issuerOf(region, state.id),
    // Clients without revocation get no identity of a family, as on AWS.
    ...(client.EnableTokenRevocation === false ? {} : { origin_jti: originJti }),
    event_id: randomUUID(),
    token_use: tokenUse,
    auth_time: Math.floor(openedAt / 1000),
    exp: iat + lifetime,
    iat,
    jti: randomUUID(),
  });
  const email = { email: user.email, email_verified: user.emailVerified };
  return {
    AccessToken: sign(state, {
      ...common("access", access),
      client_id: client.ClientId,
      scope: "aws.cognito.signin.user.admin",
      username: user.sub,
    }),
    IdToken: sign(state, {
      ...common("id", id),
      aud: client.ClientId,
      "cognito:username": user.sub,
      ...((client.ReadAttributes?.includes("email") ?? true) ? email : {}),
    }),
    ExpiresIn: access,
    TokenType: "Bearer",
  };
}

/** Signs a person in: a new family with its first tokens. */
export function openFamily(call: ClientCall, user: User) {
  const { state, client, now, random } = call;
  for (const [id, { endsAt }] of state.families) {
    if (endsAt + longestAccessMs < now) state.families.delete(id);
  }
  const family: Family = {
    originJti: randomUUID(),
    clientId: client.ClientId!,
    user,
    openedAt: now,
    endsAt: now + lifetimes(client).refresh * 1000,
    revoked: false,
    refreshTokens: new Map(),
  };
  state.families.set(family.originJti, family);
  return { ...accessAndIdToken(call, family), RefreshToken: addRefreshToken(family, random) };
}

function addRefreshToken(family: Family, random: ClientCall["random"]): string {
  const token = random(256).toString("base64url");
  family.refreshTokens.set(token, Number.POSITIVE_INFINITY);
  return token;
}

/** The family of a refresh token, ended or not; undefined if the pool never issued it. */
export function familyOf(state: PoolState, token: string): Family | undefined {
  return [...state.families.values()].find(({ refreshTokens }) => refreshTokens.has(token));
}

/**
 * New tokens for a refresh token. With rotation the token given is void after the client's grace period, within which each
 * use returns another one; the family ends when it would have ended.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
 */
export function refreshTokens(call: ClientCall, token: string) {
  const { state, client, now, random } = call;
  const family = familyOf(state, token);
  if (family === undefined || family.clientId !== client.ClientId)
    throw notAuthorized("Invalid Refresh Token");
  if (family.revoked) throw notAuthorized("Refresh Token has been revoked");
  if (family.endsAt <= now) throw notAuthorized("Refresh Token has expired");
  const until = family.refreshTokens.get(token)!;
  if (until <= now) {
    throw new CognitoError("RefreshTokenReuseException", "Refresh token was rotated and is no longer valid.");
  }
  if (!rotates(client)) return accessAndIdToken(call, family);
  const graceMs = (client.RefreshTokenRotation?.RetryGracePeriodSeconds ?? 0) * 1000;
  family.refreshTokens.set(token, Math.min(until, now + graceMs));
  return { ...accessAndIdToken(call, family), RefreshToken: addRefreshToken(family, random) };
}

export const rotates = (client: Client) => client.RefreshTokenRotation?.Feature === "ENABLED";

/** Which pool an access token says it is from, before anything of it was verified; undefined if it is no token. */
export function poolIdIn(token: string): string | undefined {
  try {
    const { iss } = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
    return String(iss).split("/").at(-1);
  } catch {
    return undefined;
  }
}

/** The user of an access token that is genuine, in time and not revoked. */
export function bearer(
  state: PoolState,
  token: string,
  { now, region }: { now: number; region: string },
): User {
  const claims = genuineClaims(state, token);
  if (claims?.["token_use"] !== "access" || claims["iss"] !== issuerOf(region, state.id)) {
    throw notAuthorized("Invalid Access Token");
  }
  if (Number(claims["exp"]) * 1000 <= now) throw notAuthorized("Access Token has expired");
  const user = state.users.get(String(claims["sub"]));
  if (user === undefined) throw new CognitoError("UserNotFoundException", "User does not exist.");
  if (!user.enabled) throw notAuthorized("User is disabled.");
  const origin = claims["origin_jti"];
  if (origin !== undefined && state.families.get(String(origin))?.revoked !== false) {
    throw notAuthorized("Access Token has been revoked");
  }
  return user;
}

function genuineClaims({ key }: PoolState, token: string): Record<string, unknown> | undefined {
  const [head = "", claims = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0) return undefined;
  try {
    const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString());
    const signed = Buffer.from(`${head}.${claims}`);
    const isGenuine = verify("RSA-SHA256", signed, key.publicKey, Buffer.from(signature, "base64url"));
    if (alg !== "RS256" || kid !== key.id || !isGenuine) return undefined;
    return JSON.parse(Buffer.from(claims, "base64url").toString());
  } catch {
    return undefined;
  }
}
