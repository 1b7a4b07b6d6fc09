import { accessLifeMs } from "../../domain/session.ts";
import type { AccessToken } from "../../ports/access-tokens.ts";
import { type Kind, ownIssuer, text, type Times } from "./signed-claims.ts";

export interface TokenClaims {
  readonly sub: string;
  readonly sid: string;
  readonly jti: string;
}

/** Access tokens, whatever key signs them. */
export function accessKind(audience: string): Omit<Kind<TokenClaims>, "keys"> {
  return {
    typ: "at+jwt",
    audience: `${audience}-api`,
    lifeMs: accessLifeMs,
    refusal: "not_signed_in",
    claimsOf,
  };
}

export function claimsOf({ sub, sid, jti }: Record<string, unknown>): TokenClaims {
  return { sub: text(sub), sid: text(sid), jti: text(jti) };
}

export function accessTokenOf({ sub, sid, exp }: TokenClaims & Times): AccessToken {
  return {
    issuer: ownIssuer,
    subject: sub,
    sessionId: sid,
    expiresAt: new Date(exp * 1000),
    signedInAt: undefined,
  };
}
