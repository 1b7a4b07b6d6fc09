import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { type Keyring, keysInForce, signingKey } from "../../domain/keyring.ts";
import type { KeyPair } from "./key-pairs.ts";

/** Of all tokens that are signed here. */
export const ownIssuer = "tintype";
const leewaySeconds = 5; // clocks of two hosts differ a little

export interface Times {
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
}

/** A kind of token: what distinguishes it from the others, and what it states. */
export interface Kind<Claims> {
  readonly typ: string; // RFC 8725 section 3.11: explicit typing, so that one kind of token is not accepted as another
  readonly audience: string;
  readonly keys: Keyring<KeyObject>;
  /** Key pairs beside the keys. Tokens of both are read, so that either may sign from one moment to the next. */
  readonly pairs?: { readonly ring: Keyring<KeyPair>; readonly sign: boolean };
  readonly lifeMs: number;
  readonly refusal: ErrorCode;
  /** The claims of a payload. Throws if one is missing or malformed. */
  readonly claimsOf: (payload: Record<string, unknown>) => Claims;
}

interface Reading {
  readonly ignoreExpiration?: boolean;
}

/** A key, and the only algorithm that it is for. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithm: "HS256" | "ES256";
}

/** Issued at that time, in whole seconds. */
export function timesOf({ lifeMs }: { readonly lifeMs: number }, at: Date): Times {
  const iat = Math.floor(at.getTime() / 1000);
  return { iat, exp: iat + lifeMs / 1000 };
}

/** The token that states the claims. Without key pairs the same claims and time always result in the same text. */
export function sign<Claims extends object>(kind: Kind<Claims>, claims: Claims & Times, at: Date): string {
  const { typ, audience: aud, keys, pairs } = kind;
  const payload = { ...claims, iss: ownIssuer, aud };
  if (!pairs?.sign) return jwt.sign(payload, signingKey(keys, at), { header: { alg: "HS256", typ } });
  const { kid, privateKey } = signingKey(pairs.ring, at);
  return jwt.sign(payload, privateKey, { header: { alg: "ES256", typ, kid } });
}

/** What a token of that kind states. Throws the kind's refusal unless it is ours and valid. */
export function read<Claims>(
  kind: Kind<Claims>,
  token: string,
  at: Date,
  options: Reading = {},
): Claims & Times {
  return readBy(() => keysOf(kind, token, at), kind, token, at, options);
}

function keysOf<Claims>({ keys, pairs, lifeMs }: Kind<Claims>, token: string, at: Date): VerificationKey[] {
  const readableMs = lifeMs + leewaySeconds * 1000;
  const { alg, kid } = keyNamedIn(token);
  if (alg === "HS256") return keysInForce(keys, at, readableMs).map((key) => ({ key, algorithm: alg }));
  if (alg !== "ES256" || !pairs) return [];
  const named = keysInForce(pairs.ring, at, readableMs).filter((pair) => pair.kid === kid);
  return named.map(({ publicKey }) => ({ key: publicKey, algorithm: alg }));
}

/** What a header says of the key. Throws if it demands what is not known here (RFC 7515 section 4.1.11). */
export function keyNamedIn(token: string): { readonly alg: unknown; readonly kid: unknown } {
  const header = JSON.parse(Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString());
  if ("crit" in header || "b64" in header) throw new Error("an extension is not known");
  return header;
}

/** Like `read`, by the first of those keys that signed the token. */
export function readBy<Claims>(
  keys: () => readonly VerificationKey[],
  kind: Omit<Kind<Claims>, "keys">,
  token: string,
  at: Date,
  options: Reading = {},
): Claims & Times {
  let cause: unknown = new Error("no key in force is the token's");
  try {
    for (const key of keys()) {
      try {
        return readByKey(key, kind, token, at, options);
      } catch (error) {
        if (!isOfOtherKey(error)) throw error;
        cause = error;
      }
    }
  } catch (error) {
    cause = error;
  }
  throw new AppError(kind.refusal, `${kind.typ} refused: ${String(cause)}`, { cause });
}

function isOfOtherKey(error: unknown): boolean {
  return error instanceof jwt.JsonWebTokenError && error.message === "invalid signature";
}

function readByKey<Claims>(
  { key, algorithm }: VerificationKey,
  kind: Omit<Kind<Claims>, "keys">,
  token: string,
  at: Date,
  options: Reading,
): Claims & Times {
  const clockTimestamp = Math.floor(at.getTime() / 1000);
  const { header, payload } = jwt.verify(token, key, {
    ...options,
    algorithms: [algorithm],
    issuer: ownIssuer,
    audience: kind.audience,
    clockTimestamp,
    clockTolerance: leewaySeconds,
    complete: true,
  });
  const stated = payload as Record<string, unknown>;
  const claims = { ...kind.claimsOf(stated), iat: count(stated["iat"]), exp: count(stated["exp"]) };
  if (header.typ !== kind.typ) throw new Error(`typ is ${header.typ}`);
  if (claims.iat > clockTimestamp + leewaySeconds) throw new Error("issued in the future");
  return claims;
}

/** A claim that has to be text. Checked by hand: on every request a schema would take as long as the signature. */
export function text(claim: unknown): string {
  if (typeof claim === "string") return claim;
  throw new Error("claims are missing or malformed");
}

/** A claim that has to be a whole number, not below 0. */
export function count(claim: unknown): number {
  if (Number.isSafeInteger(claim) && (claim as number) >= 0) return claim as number;
  throw new Error("claims are missing or malformed");
}
