import { createHash, createSecretKey } from "node:crypto";
import { type Keyring, keysInForce, mapKeys } from "../../domain/keyring.ts";
import { refreshIdleMs } from "../../domain/session.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../../ports/tokens.ts";
import { claimsOf, accessKind, accessTokenOf, type TokenClaims } from "./access-kind.ts";
import { keyPairOf } from "./key-pairs.ts";
import { type Kind, read, sign, type Times, timesOf } from "./signed-claims.ts";

interface Dependencies {
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
  readonly newId: () => string;
  /** What signs access tokens: the secrets, or key pairs derived from them. Tokens of both are read. @default - hs256 */
  readonly accessTokens?: "hs256" | "es256";
  /** Tokens for one audience are refused by all others. @default - the page */
  readonly audience?: string;
}

export function jwtTokens(deps: Dependencies): Tokens {
  const { accessSecrets, refreshSecrets, newId, accessTokens, audience = "tintype" } = deps;
  // KeyObjects are created once: with the bare secret jsonwebtoken takes 44 times as long to verify.
  const pairs = mapKeys(accessSecrets, keyPairOf);
  const access = {
    ...accessKind(audience),
    keys: mapKeys(accessSecrets, (secret) => createSecretKey(secret)),
    pairs: { ring: pairs, sign: accessTokens === "es256" },
  };
  const refresh: Kind<TokenClaims> = {
    typ: "rt+jwt",
    audience: `${audience}-session`,
    keys: mapKeys(refreshSecrets, (secret) => createSecretKey(secret)),
    lifeMs: refreshIdleMs,
    refusal: "session_ended",
    claimsOf: claimsOf,
  };

  function signRefresh(holder: TokenHolder, seed: string, at: Date): RefreshToken {
    const claims = { ...claimsFor(holder, seed), ...timesOf(refresh, at) };
    return refreshToken(sign(refresh, claims, at), claims);
  }

  return {
    access: (holder, at) => sign(access, { ...claimsFor(holder, newId()), ...timesOf(access, at) }, at),
    readAccess: (token, at) => accessTokenOf(read(access, token, at)),
    publicKeys: (at) => keysInForce(pairs, at, access.lifeMs).map(({ jwk }) => jwk),
    firstRefresh: (holder, at) => signRefresh(holder, newId(), at),
    nextRefresh: (parent, at, key) => signRefresh(parent, sha256(`${parent.seed}:${key}`), at),
    readRefresh: (token, at) => refreshToken(token, read(refresh, token, at, { ignoreExpiration: true })),
  };
}

function claimsFor(holder: TokenHolder, jti: string): TokenClaims {
  return { sub: holder.accountId, sid: holder.sessionId, jti };
}

function refreshToken(token: string, claims: TokenClaims & Times): RefreshToken {
  const { sub: accountId, sid: sessionId, jti: seed } = claims;
  const expiresAt = new Date(claims.exp * 1000);
  return { accountId, sessionId, text: token, reference: sha256(token), seed, expiresAt };
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
