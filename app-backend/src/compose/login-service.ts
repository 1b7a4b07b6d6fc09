import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { argon2Passwords } from "../adapters/argon2/passwords.ts";
import { hmacCodeGenerator } from "../adapters/hmac/code-generator.ts";
import { jwtChallengeTokens } from "../adapters/jwt/challenge-tokens.ts";
import { jwtTokens } from "../adapters/jwt/tokens.ts";
import { logMail } from "../adapters/log/mail.ts";
import { mysqlAccounts } from "../adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../adapters/mysql/challenges.ts";
import { mysqlFactors } from "../adapters/mysql/factors.ts";
import { mysqlLimits } from "../adapters/mysql/limits.ts";
import { mysqlOneTimeCodes } from "../adapters/mysql/one-time-codes.ts";
import { mysqlPasswordHashes } from "../adapters/mysql/password-hashes.ts";
import { probeDatabase } from "../adapters/mysql/probe.ts";
import { purge } from "../adapters/mysql/purge.ts";
import { mysqlSessions } from "../adapters/mysql/sessions.ts";
import { ownIdentityProvider } from "../adapters/own/identity-provider.ts";
import type { LoginConfig } from "../config/services.ts";
import { loginApp } from "../http/services/login.ts";
import { publishingSessions } from "../usecases/identity/published-endings.ts";
import { sessionUseCases } from "../usecases/identity/sessions.ts";
import { signUpUseCase } from "../usecases/identity/sign-up.ts";
import { rateLimiter } from "../usecases/rate-limiter.ts";
import { auditTo } from "./audit.ts";
import { openPublisher } from "./publisher.ts";
import { openParts } from "./service-parts.ts";

/** Overrides for tests. */
export interface Overrides {
  readonly now?: () => Date;
  readonly logTo?: DestinationStream;
}

/** Accounts and sessions by themselves: without pictures, so without an object store. */
export function composeLogin(config: LoginConfig, overrides: Overrides = {}) {
  const { now = () => new Date(), logTo } = overrides;
  const { log, pool, redis, metrics, close: closeParts } = openParts(config, logTo);
  const passwords = argon2Passwords();
  metrics.slots("passwords", passwords.waiting);

  const onFault = (err: unknown) => log.warn({ err }, "ends of sessions are not published");
  const publisher = openPublisher({ pool, redis, now, onFault });
  metrics.endsWaiting(publisher.backlog);
  const ends = { recordedBy: now };

  const auditLog = auditTo(log, metrics);
  const accounts = mysqlAccounts(pool);
  const tokens = jwtTokens({ ...config, accessTokens: "es256", newId: randomUUID });
  const identity = ownIdentityProvider({
    hashes: mysqlPasswordHashes(pool),
    codes: mysqlOneTimeCodes(pool),
    passwords,
    codeGenerator: hmacCodeGenerator(config.refreshSecrets),
    mail: logMail((line, message) => log.info(line, message)),
    now,
  });
  const limiter = rateLimiter({ limits: mysqlLimits(pool), auditLog, now });
  const common = { accounts, identity, auditLog, rateLimiter: limiter, now, newId: randomUUID };
  const sessions = sessionUseCases({
    ...common,
    sessions: publishingSessions(mysqlSessions(pool, ends), publisher.publish),
    factors: mysqlFactors(pool),
    challenges: mysqlChallenges(pool, ends),
    challengeTokens: jwtChallengeTokens(config.refreshSecrets),
    factorProof: undefined,
    tokens,
    confirmationRequired: false,
  });
  const app = loginApp({
    signUp: signUpUseCase(common),
    sessions,
    publicKeys: () => tokens.publicKeys(now()),
    probes: { database: () => probeDatabase(pool) },
    log,
    newId: randomUUID,
    onRequest: metrics.request,
    release: config.release,
  });

  async function close(): Promise<void> {
    await publisher.close();
    await closeParts();
  }

  return { app, log, metrics, purge: () => purge(pool, now()), close };
}
