import { createHash, createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { accessLifeMs, refreshIdleMs } from "../../domain/session.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../../ports/tokens.ts";

const issuer = "tintype";
const leewaySeconds = 5; // two hosts never quite agree about the time

const claimsSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  iat: z.int().nonnegative(),
  exp: z.int().nonnegative(),
});
type Claims = z.infer<typeof claimsSchema>;

interface Kind {
  readonly typ: string; // RFC 8725 section 3.11: one kind of token never passes for another
  readonly audience: string;
  readonly key: KeyObject;
  readonly refusal: ErrorCode;
}

interface Dependencies {
  readonly accessSecret: Buffer;
  readonly refreshSecret: Buffer;
  readonly newId: () => string;
}

export function jwtTokens({ accessSecret, refreshSecret, newId }: Dependencies): Tokens {
  // As a KeyObject made once: with the bare secret jsonwebtoken spends 44 times as long on a check.
  const access: Kind = {
    typ: "at+jwt",
    audience: "tintype-api",
    key: createSecretKey(accessSecret),
    refusal: "not_signed_in",
  };
  const refresh: Kind = {
    typ: "rt+jwt",
    audience: "tintype-session",
    key: createSecretKey(refreshSecret),
    refusal: "session_ended",
  };

  function signRefresh(holder: TokenHolder, seed: string, at: Date): RefreshToken {
    const claims = claimsOf(holder, seed, at, refreshIdleMs);
    return refreshToken(sign(refresh, claims), claims);
  }

  return {
    access: (holder, at) => sign(access, claimsOf(holder, newId(), at, accessLifeMs)),
    readAccess: (text, at) => holderOf(read(access, text, at)),
    firstRefresh: (holder, at) => signRefresh(holder, newId(), at),
    nextRefresh: (parent, at) => signRefresh(parent, sha256(parent.seed), at),
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

function sign(kind: Kind, claims: Claims): string {
  return jwt.sign({ ...claims, iss: issuer, aud: kind.audience }, kind.key, {
    header: { alg: "HS256", typ: kind.typ },
  });
}

function read(kind: Kind, text: string, at: Date, options: { ignoreExpiration?: boolean } = {}): Claims {
  const clockTimestamp = Math.floor(at.getTime() / 1000);
  try {
    const { header, payload } = jwt.verify(text, kind.key, {
      ...options,
      algorithms: ["HS256"],
      issuer,
      audience: kind.audience,
      clockTimestamp,
      clockTolerance: leewaySeconds,
      complete: true,
    });
    const claims = claimsSchema.parse(payload);
    if (header.typ !== kind.typ) throw new Error(`typ is ${header.typ}`);
    if (claims.iat > clockTimestamp + leewaySeconds) throw new Error("issued in the future");
    return claims;
  } catch (cause) {
    throw new AppError(kind.refusal, `${kind.typ} refused: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof z.ZodError ? "claims are missing or malformed" : String(cause);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
