import { createHash, createSecretKey } from "node:crypto";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import { accessLifeMs, refreshIdleMs } from "../../domain/session.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../../ports/tokens.ts";
import { type Kind, read, sign, text, type Times, timesOf } from "./signed-claims.ts";

interface Claims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
}

interface Dependencies {
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
  readonly newId: () => string;
  /** Tokens for one audience are refused by all others. @default - the page */
  readonly audience?: string;
}

export function jwtTokens(deps: Dependencies): Tokens {
  const { accessSecrets, refreshSecrets, newId, audience = "tintype" } = deps;
  // KeyObjects are created once: with the bare secret jsonwebtoken takes 44 times as long to verify.
  const access: Kind<Claims> = {
    typ: "at+jwt",
    audience: `${audience}-api`,
    keys: mapKeys(accessSecrets, (secret) => createSecretKey(secret)),
    lifeMs: accessLifeMs,
    refusal: "not_signed_in",
    claimsOf,
  };
  const refresh: Kind<Claims> = {
    typ: "rt+jwt",
    audience: `${audience}-session`,
    keys: mapKeys(refreshSecrets, (secret) => createSecretKey(secret)),
    lifeMs: refreshIdleMs,
    refusal: "session_ended",
    claimsOf,
  };

  function signRefresh(holder: TokenHolder, seed: string, at: Date): RefreshToken {
    const claims = { ...claimsFor(holder, seed), ...timesOf(refresh, at) };
    return refreshToken(sign(refresh, claims, at), claims);
  }

  return {
    access: (holder, at) => sign(access, { ...claimsFor(holder, newId()), ...timesOf(access, at) }, at),
    readAccess: (token, at) => holderOf(read(access, token, at)),
    firstRefresh: (holder, at) => signRefresh(holder, newId(), at),
    nextRefresh: (parent, at, key) => signRefresh(parent, sha256(`${parent.seed}:${key}`), at),
    readRefresh: (token, at) => refreshToken(token, read(refresh, token, at, { ignoreExpiration: true })),
  };
}

function claimsFor(holder: TokenHolder, jti: string): Claims {
  return { sub: holder.accountId, sid: holder.sessionId, jti };
}

function claimsOf({ sub, sid, jti }: Record<string, unknown>): Claims {
  return { sub: text(sub), sid: text(sid), jti: text(jti) };
}

function holderOf(claims: Claims): TokenHolder {
  return { accountId: claims.sub, sessionId: claims.sid };
}

function refreshToken(token: string, claims: Claims & Times): RefreshToken {
  const expiresAt = new Date(claims.exp * 1000);
  return { ...holderOf(claims), text: token, reference: sha256(token), seed: claims.jti, expiresAt };
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
