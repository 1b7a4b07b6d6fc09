import { CognitoJwtVerifier } from "aws-jwt-verify";
import { WaitPeriodNotYetEndedJwkError } from "aws-jwt-verify/error";
import { assertIsJwks, type Jwks, SimpleJwksCache } from "aws-jwt-verify/jwk";
import { AppError } from "../../domain/app-error.ts";
import type { AccessTokens } from "../../ports/access-tokens.ts";
import type { PoolConfig } from "./client.ts";

const keysTimeoutMs = 2_000;
const pauseMs = 6_000;
const mostBytes = 64 * 1024;
const freshMs = 3_600_000;
const keptMs = 24 * 3_600_000;

interface Options {
  /** In milliseconds; it never goes back. */
  readonly clock?: () => number;
  /** Called if the keys could not be fetched. */
  readonly onFault?: (error: unknown) => void;
}

/** The issuer of a user pool. */
export function poolIssuer({ userPoolId }: Pick<PoolConfig, "userPoolId">): string {
  return CognitoJwtVerifier.parseUserPoolId(userPoolId).issuer;
}

/** How tokens of a user pool name it: Cognito has two forms. */
export function poolIssuers(pool: Pick<PoolConfig, "userPoolId">): string[] {
  const issuer = poolIssuer(pool);
  return [issuer, issuer.replace("https://", "https://issuer-")];
}

/**
 * Access tokens of a user pool, for its one client. Keys are asked for at most twice in 10 seconds, whatever arrives. They
 * are fetched again after an hour, so that one that was left out is refused, and kept for a day if they cannot be.
 */
export function cognitoAccessTokens(pool: PoolConfig, options: Options = {}): AccessTokens {
  const { clock = () => performance.now(), onFault } = options;
  const { userPoolId, clientId, endpoint } = pool;
  const issuer = poolIssuer(pool);
  let fetchedAtMs = -Infinity;
  let fetching: Promise<void> | undefined;
  /** Why the keys could not be fetched, and until when they are not asked for again. */
  let away: { readonly cause: unknown; readonly untilMs: number } | undefined;

  async function fetchKeys(uri: string): Promise<ArrayBuffer> {
    if (away && clock() < away.untilMs) throw away.cause;
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
      away = { cause, untilMs: clock() + pauseMs };
      onFault?.(cause);
      throw cause;
    }
  }

  const verifier = CognitoJwtVerifier.create(
    { userPoolId, clientId, tokenUse: "access" },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );

  const unavailable = (cause: unknown) =>
    new AppError("unavailable", "keys of the user pool are away", { cause });

  function refuse(cause: unknown): never {
    if (away && (cause === away.cause || cause instanceof WaitPeriodNotYetEndedJwkError))
      throw unavailable(cause);
    throw new AppError("not_signed_in", `token of the user pool refused: ${nameOf(cause)}`, { cause });
  }

  function keepKeys(bytes: ArrayBuffer): void {
    verifier.cacheJwks(JSON.parse(Buffer.from(bytes).toString()) as Jwks);
    fetchedAtMs = clock();
  }

  /** Fetches the keys unless they are fresh. Throws `unavailable` if they are too old to be used. */
  async function requireKeys(): Promise<void> {
    const ageMs = clock() - fetchedAtMs;
    if (ageMs < freshMs) return;
    // `hydrate` would fetch them for each form of the issuer, and leave the keys that were imported.
    fetching ??= fetchKeys(`${issuer}/.well-known/jwks.json`)
      .then(keepKeys)
      .finally(() => (fetching = undefined));
    await fetching.catch((cause: unknown) => {
      if (ageMs >= keptMs) throw unavailable(cause);
    });
  }

  return {
    async read(text, at) {
      await requireKeys();
      const { sub, origin_jti, auth_time, exp } = await verifier.verify(text).catch(refuse);
      const expiresAt = new Date(exp * 1000);
      if (expiresAt <= at) return refuse(new Error("expired"));
      if (!origin_jti) return refuse(new Error("not of a family that can be revoked"));
      const signedInAt = new Date(auth_time * 1000);
      return { issuer, subject: sub, sessionId: origin_jti, expiresAt, signedInAt };
    },
    ready: requireKeys,
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
  const set = JSON.parse(found.toString());
  assertIsJwks(set);
  if (set.keys.length === 0) throw new Error("keys of the user pool: none");
  return new Uint8Array(found).buffer;
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "unknown");
