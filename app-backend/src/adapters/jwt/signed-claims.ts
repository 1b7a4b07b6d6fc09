import type { KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { type Keyring, keysInForce, signingKey } from "../../domain/keyring.ts";

const issuer = "tintype";
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
  readonly lifeMs: number;
  readonly refusal: ErrorCode;
  /** The claims of a payload. Throws if one is missing or malformed. */
  readonly claimsOf: (payload: Record<string, unknown>) => Claims;
}

interface Reading {
  readonly ignoreExpiration?: boolean;
}

/** Issued at that time, in whole seconds. */
export function timesOf({ lifeMs }: { readonly lifeMs: number }, at: Date): Times {
  const iat = Math.floor(at.getTime() / 1000);
  return { iat, exp: iat + lifeMs / 1000 };
}

/** The token that states the claims: the same claims and time always result in the same text. */
export function sign<Claims extends object>(kind: Kind<Claims>, claims: Claims & Times, at: Date): string {
  return jwt.sign({ ...claims, iss: issuer, aud: kind.audience }, signingKey(kind.keys, at), {
    header: { alg: "HS256", typ: kind.typ },
  });
}

/** What a token of that kind states. Throws the kind's refusal unless it is ours and valid. */
export function read<Claims>(
  kind: Kind<Claims>,
  token: string,
  at: Date,
  options: Reading = {},
): Claims & Times {
  let cause: unknown;
  for (const key of keysInForce(kind.keys, at, kind.lifeMs + leewaySeconds * 1000)) {
    try {
      return readBy(key, kind, token, at, options);
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

function readBy<Claims>(
  key: KeyObject,
  kind: Kind<Claims>,
  token: string,
  at: Date,
  options: Reading,
): Claims & Times {
  const clockTimestamp = Math.floor(at.getTime() / 1000);
  const { header, payload } = jwt.verify(token, key, {
    ...options,
    algorithms: ["HS256"],
    issuer,
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
