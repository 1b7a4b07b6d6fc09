import { createSecretKey, hkdfSync } from "node:crypto";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import { flowLifeMs, type ProviderFlow, type Wanted } from "../../domain/provider-flow.ts";
import type { ProviderFlows } from "../../ports/provider-flows.ts";
import { type Kind, read, sign, text, timesOf } from "./signed-claims.ts";

/** Names that no claim of a token has. */
interface Claims {
  readonly idp: string;
  readonly idpIssuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** These three are empty for a sign-in. */
  readonly sub: string;
  readonly sid: string;
  readonly wants: string;
  readonly next: string;
}

/** Signs with separate keys, derived (RFC 5869) from the process's secrets. */
export function jwtProviderFlows(secrets: Keyring<Buffer>): ProviderFlows {
  const kind: Kind<Claims> = {
    typ: "flow+jwt",
    audience: "tintype-flow",
    keys: mapKeys(secrets, (secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "tintype provider flows", 32))),
    ),
    lifeMs: flowLifeMs,
    refusal: "flow_ended",
    claimsOf: ({ idp, idpIssuer, state, nonce, verifier, sub, sid, wants, next }) => ({
      idp: text(idp),
      idpIssuer: text(idpIssuer),
      state: text(state),
      nonce: text(nonce),
      verifier: text(verifier),
      sub: text(sub),
      sid: text(sid),
      wants: text(wants),
      next: text(next),
    }),
  };

  return {
    sign({ provider: idp, issuer: idpIssuer, state, nonce, verifier, caller, next, startedAt: at }) {
      const { accountId: sub = "", sessionId: sid = "", wants = "" } = caller ?? {};
      const claims: Claims = { idp, idpIssuer, state, nonce, verifier, sub, sid, wants, next };
      return sign(kind, { ...claims, ...timesOf(kind, at) }, at);
    },

    read(token, at): ProviderFlow {
      const { idp: provider, idpIssuer: issuer, sub, sid, wants, iat, ...flow } = read(kind, token, at);
      const { state, nonce, verifier, next } = flow;
      const caller = sub === "" ? undefined : { accountId: sub, sessionId: sid, wants: wants as Wanted };
      const startedAt = new Date(iat * 1000);
      return { provider, issuer, state, nonce, verifier, caller, next, startedAt };
    },
  };
}
