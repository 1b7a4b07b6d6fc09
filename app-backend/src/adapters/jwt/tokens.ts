import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { type Keyring, keysInForce, mapKeys, signingKey } from "../../domain/keyring.ts";
import { accessLifeMs, refreshIdleMs } from "../../domain/session.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../../ports/tokens.ts";

const issuer = "tintype";
const leewaySeconds = 5; // clocks of two hosts differ a little

interface Claims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
}

interface Kind {
  readonly typ: string; // RFC 8725 section 3.11: explicit typing, so that one kind of token is not accepted as another
  readonly audience: string;
  readonly keys: Keyring<KeyObject>;
  readonly lifeMs: number;
  readonly refusal: ErrorCode;
}

interface Dependencies {
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
  readonly newId: () => string;
}

export function jwtTokens({ accessSecrets, refreshSecrets, newId }: Dependencies): Tokens {
  // KeyObjects are created once: with the bare secret jsonwebtoken takes 44 times as long to verify.
  const access: Kind = {
    typ: "at+jwt",
    audience: "tintype-api",
    keys: mapKeys(accessSecrets, (secret) => createSecretKey(secret)),
    lifeMs: accessLifeMs,
    refusal: "not_signed_in",
  };
  const refresh: Kind = {
    typ: "rt+jwt",
    audience: "tintype-session",
    keys: mapKeys(refreshSecrets, (secret) => createSecretKey(secret)),
    lifeMs: refreshIdleMs,
    refusal: "session_ended",
  };

  function signRefresh(holder: TokenHolder, seed: string, at: Date): RefreshToken {
    const claims = claimsOf(holder, seed, at, refresh.lifeMs);
    return refreshToken(sign(refresh, claims, at), claims);
  }

  return {
    access: (holder, at) => sign(access, claimsOf(holder, newId(), at, access.lifeMs), at),
    readAccess: (text, at) => holderOf(read(access, text, at)),
    firstRefresh: (holder, at) => signRefresh(holder, newId(), at),
    nextRefresh: (parent, at, key) => signRefresh(parent, sha256(`${parent.seed}:${key}`), at),
    readRefresh: (text, at) => refreshToken(text, read(refresh, text, at, { ignoreExpiration: true })),
  };
}

function claimsOf(holder: TokenHolder, jti: string, at: Date, lifeMs: number): Claims {
  const iat = Math.floor(at.getTime() / 1000);
  return { sub: holder.accountId, sid: holder.sessionId, jti, iat, exp: iat + lifeMs / 1000 };
}

function holderOf(claims: Claims): TokenHolder {
  return { accountId: claims.sub, sessionId: claims.sid };
}

function refreshToken(text: string, claims: Claims): RefreshToken {
  const expiresAt = new Date(claims.exp * 1000);
  return { ...holderOf(claims), text, reference: sha256(text), seed: claims.jti, expiresAt };
}

function sign(kind: Kind, claims: Claims, at: Date): string {
  return jwt.sign({ ...claims, iss: issuer, aud: kind.audience }, signingKey(kind.keys, at), {
    header: { alg: "HS256", typ: kind.typ },
  });
}

interface Reading {
  readonly ignoreExpiration?: boolean;
}

function read(kind: Kind, text: string, at: Date, options: Reading = {}): Claims {
  let cause: unknown;
  for (const key of keysInForce(kind.keys, at, kind.lifeMs + leewaySeconds * 1000)) {
    try {
      return readBy(key, kind, text, at, options);
    } catch (error) {
      cause = error;
      if (!isOfOtherKey(error)) break;
    }
  }
  throw new AppError(kind.refusal, `${kind.typ} refused: ${String(cause)}`, { cause });
}

function isOfOtherKey(error: unknown): boolean {
  return error instanceof jwt.JsonWebTokenError && error.message === "invalid signature";
}

function readBy(key: KeyObject, kind: Kind, text: string, at: Date, options: Reading): Claims {
  const clockTimestamp = Math.floor(at.getTime() / 1000);
  const { header, payload } = jwt.verify(text, key, {
    ...options,
    algorithms: ["HS256"],
    issuer,
    audience: kind.audience,
    clockTimestamp,
    clockTolerance: leewaySeconds,
    complete: true,
  });
  const claims = claimsOfPayload(payload);
  if (header.typ !== kind.typ) throw new Error(`typ is ${header.typ}`);
  if (claims.iat > clockTimestamp + leewaySeconds) throw new Error("issued in the future");
  return claims;
}

// Checked by hand: this runs on every request, and a schema would take as long as the signature.
function claimsOfPayload(payload: jwt.JwtPayload | string): Claims {
  const { sub, sid, jti, iat, exp } = payload as Record<keyof Claims, unknown>;
  const isText = [sub, sid, jti].every((claim) => typeof claim === "string");
  const isTime = [iat, exp].every((claim) => Number.isSafeInteger(claim) && (claim as number) >= 0);
  if (!isText || !isTime) throw new Error("claims are missing or malformed");
  return { sub, sid, jti, iat, exp } as Claims;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
