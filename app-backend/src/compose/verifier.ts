import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { cognitoAccessTokens, poolIssuers } from "../adapters/cognito/access-tokens.ts";
import { accessTokensByKeySet, accessTokensBySecrets } from "../adapters/jwt/access-tokens.ts";
import { accessTokensOfIssuers } from "../adapters/jwt/issuers.ts";
import { keySet } from "../adapters/jwt/key-set.ts";
import { ownIssuer } from "../adapters/jwt/signed-claims.ts";
import { closePool, openPool } from "../adapters/mysql/pool.ts";
import { mysqlSessions } from "../adapters/mysql/sessions.ts";
import { verifierMetrics } from "../adapters/prometheus/verifier-metrics.ts";
import { openRedis } from "../adapters/redis/client.ts";
import { redisRevocations } from "../adapters/redis/revocations.ts";
import type { VerifierConfig } from "../config/verifier.ts";
import { currentRequest } from "../http/request-log.ts";
import { verifierApp } from "../http/verifier.ts";
import { openLog } from "../log.ts";
import type { AccessTokens } from "../ports/access-tokens.ts";
import { verification } from "../usecases/identity/verification.ts";

/** Overrides for tests. */
export interface Overrides {
  readonly now?: () => Date;
  /** In milliseconds; unlike `now` it never goes back, so keys become old whatever is done to the time of the host. */
  readonly clock?: () => number;
  readonly logTo?: DestinationStream;
}

/** Verifies access tokens for proxies. It can sign none, unless it is given the secrets. */
export function composeVerifier(config: VerifierConfig, overrides: Overrides = {}) {
  const { now = () => new Date(), clock = () => performance.now(), logTo } = overrides;
  const log = openLog(config.logLevel, { context: currentRequest, destination: logTo });
  const metrics = verifierMetrics();
  const { own, pool, database, release } = config;
  const issuers = new Map<string, AccessTokens>();
  if (own)
    issuers.set(ownIssuer, "secrets" in own ? accessTokensBySecrets(own.secrets) : byKeysOf(own.keysUrl));
  if (pool) {
    const ofPool = cognitoAccessTokens(pool, { clock, onFault });
    for (const issuer of poolIssuers(pool)) issuers.set(issuer, ofPool);
  }

  function byKeysOf(url: string): AccessTokens {
    const keys = keySet({ url, clock, onFault });
    metrics.keysAge(keys.ageMs);
    return accessTokensByKeySet(keys);
  }

  function onFault(error: unknown): void {
    metrics.keysMissed();
    log.warn({ err: error }, "keys were not read");
  }

  const accessTokens = accessTokensOfIssuers(issuers);
  const ofDatabase = database && openPool(database);
  const sessions = ofDatabase && { ...mysqlSessions(ofDatabase), issuer: ownIssuer };
  const redis = config.redis && openRedis(config.redis, { onFault: onRedisFault });
  const revocations = redis && { ...redisRevocations(redis), issuer: ownIssuer };
  const app = verifierApp({
    verify: verification({ accessTokens, sessions, revocations, now }),
    ready: () => accessTokens.ready(now()),
    log,
    newId: randomUUID,
    onRequest: ({ status }) => metrics.answer(status),
    release,
  });

  function onRedisFault(error: unknown): void {
    log.warn({ err: error }, "Redis is away");
  }

  async function close(): Promise<void> {
    redis?.close();
    if (ofDatabase) await closePool(ofDatabase);
  }

  return { app, log, metrics, close };
}
