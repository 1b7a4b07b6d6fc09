import { randomUUID } from "node:crypto";
import type { DestinationStream, Logger } from "pino";
import { accessTokensByKeySet } from "../adapters/jwt/access-tokens.ts";
import { keySet } from "../adapters/jwt/key-set.ts";
import { ownIssuer } from "../adapters/jwt/signed-claims.ts";
import { probeProfiles } from "../adapters/mysql/probe.ts";
import { mysqlProfiles } from "../adapters/mysql/profiles.ts";
import { redisRevocations } from "../adapters/redis/revocations.ts";
import type { ProfileConfig } from "../config/services.ts";
import { AppError } from "../domain/app-error.ts";
import { profileApp } from "../http/services/profile.ts";
import type { Revocations } from "../ports/revocations.ts";
import { verification } from "../usecases/identity/verification.ts";
import { profileUseCases } from "../usecases/profiles.ts";
import { openParts } from "./service-parts.ts";

/** Overrides for tests. */
export interface Overrides {
  readonly now?: () => Date;
  /** In milliseconds; it never goes back. */
  readonly clock?: () => number;
  readonly logTo?: DestinationStream;
}

/** Profiles of the people whom tokens name. What it holds can verify a token and sign none. */
export function composeProfile(config: ProfileConfig, overrides: Overrides = {}) {
  const { now = () => new Date(), clock = () => performance.now(), logTo } = overrides;
  const { log, pool, redis, metrics, close } = openParts(config, logTo);
  const onFault = (err: unknown) => log.warn({ err }, "keys were not read");
  const accessTokens = accessTokensByKeySet(keySet({ url: config.keysUrl, clock, onFault }));
  const asked = redisRevocations(redis);
  const isRequired = config.revocations === "required";
  const revocations = isRequired ? asked : unlessAway(asked, log);
  const app = profileApp({
    verify: verification({
      accessTokens,
      sessions: undefined,
      revocations: { ...revocations, issuer: ownIssuer },
      now,
    }),
    profiles: profileUseCases({ profiles: mysqlProfiles(pool) }),
    probes: {
      database: () => probeProfiles(pool),
      keys: () => accessTokens.ready(now()),
      ...(isRequired && { revocations: async () => void (await asked.get("ready", now())) }),
    },
    log,
    newId: randomUUID,
    onRequest: metrics.request,
    release: config.release,
  });

  return { app, log, metrics, close };
}

/** While these cannot be asked, nothing is revoked: a token then counts until it expires. */
function unlessAway({ get }: Pick<Revocations, "get">, log: Logger): Pick<Revocations, "get"> {
  return {
    get: (subject, at) =>
      get(subject, at).catch((err: unknown) => {
        if (!(err instanceof AppError && err.code === "unavailable")) throw err;
        log.warn({ err }, "revocations were not asked: the token is taken");
        return undefined;
      }),
  };
}
