import { CognitoJwtVerifier } from "aws-jwt-verify";
import { WaitPeriodNotYetEndedJwkError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { AppError } from "../../domain/app-error.ts";
import type { AccessTokens } from "../../ports/access-tokens.ts";
import type { PoolConfig } from "./client.ts";

const keysTimeoutMs = 2_000;
const pauseMs = 6_000;
const mostBytes = 64 * 1024;

/** The issuer of a user pool. */
export function poolIssuer({ userPoolId }: Pick<PoolConfig, "userPoolId">): string {
  return CognitoJwtVerifier.parseUserPoolId(userPoolId).issuer;
}

/** How tokens of a user pool name it: Cognito has two forms. */
export function poolIssuers(pool: Pick<PoolConfig, "userPoolId">): string[] {
  const issuer = poolIssuer(pool);
  return [issuer, issuer.replace("https://", "https://issuer-")];
}

/** Access tokens of a user pool, for its one client. Keys are asked for at most twice in 10 seconds, whatever arrives. */
export function cognitoAccessTokens(pool: PoolConfig): AccessTokens {
  const { userPoolId, clientId, endpoint } = pool;
  const issuer = poolIssuer(pool);
  let hasKeys = false;
  /** Why the keys could not be fetched, and until when they are not asked for again. */
  let away: { readonly cause: unknown; readonly untilMs: number } | undefined;

  async function fetchKeys(uri: string): Promise<ArrayBuffer> {
    if (away && performance.now() < away.untilMs) throw away.cause;
    try {
      const { pathname } = new URL(uri);
      const answer = await fetch(endpoint ? new URL(pathname, endpoint) : uri, {
        signal: AbortSignal.timeout(keysTimeoutMs),
      });
      if (!answer.ok) throw new Error(`keys of the user pool: ${answer.status}`);
      const keys = await bytesOf(answer);
      away = undefined;
      return keys;
    } catch (cause) {
      away = { cause, untilMs: performance.now() + pauseMs };
      throw cause;
    }
  }

  const verifier = CognitoJwtVerifier.create(
    { userPoolId, clientId, tokenUse: "access" },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );

  function refuse(cause: unknown): never {
    if (away && (cause === away.cause || cause instanceof WaitPeriodNotYetEndedJwkError))
      throw new AppError("unavailable", "keys of the user pool are away", { cause });
    throw new AppError("not_signed_in", `token of the user pool refused: ${nameOf(cause)}`, { cause });
  }

  return {
    async read(text, at) {
      const { sub, origin_jti, auth_time, exp } = await verifier.verify(text).catch(refuse);
      const expiresAt = new Date(exp * 1000);
      if (expiresAt <= at) return refuse(new Error("expired"));
      if (!origin_jti) return refuse(new Error("not of a family that can be revoked"));
      const signedInAt = new Date(auth_time * 1000);
      return { issuer, subject: sub, sessionId: origin_jti, expiresAt, signedInAt };
    },
    async ready() {
      if (hasKeys) return;
      await fetchKeys(`${issuer}/.well-known/jwks.json`).catch((cause: unknown) => {
        throw new AppError("unavailable", "keys of the user pool are away", { cause });
      });
      hasKeys = true;
    },
  };
}

/** Throws unless it is a set with keys, so that the last one stays. */
async function bytesOf({ body }: Response): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error("keys of the user pool: too large");
    chunks.push(chunk);
  }
  const found = Buffer.concat(chunks);
  const { keys } = JSON.parse(found.toString()) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0) throw new Error("keys of the user pool: none");
  return new Uint8Array(found).buffer;
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "unknown");
