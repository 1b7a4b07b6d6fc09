import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { argon2Passwords } from "./adapters/argon2/passwords.ts";
import { jwtTokens } from "./adapters/jwt/tokens.ts";
import { mysqlAccounts } from "./adapters/mysql/accounts.ts";
import { openPool } from "./adapters/mysql/pool.ts";
import { probeDatabase } from "./adapters/mysql/probe.ts";
import { mysqlSessions } from "./adapters/mysql/sessions.ts";
import { openS3 } from "./adapters/s3/client.ts";
import { s3Incoming } from "./adapters/s3/incoming.ts";
import { s3Pictures } from "./adapters/s3/pictures.ts";
import { probeBucket } from "./adapters/s3/probe.ts";
import type { ServerConfig } from "./config.ts";
import { httpApp } from "./http/app.ts";
import { openLog } from "./log.ts";
import { accountUseCases } from "./usecases/accounts.ts";
import { sessionUseCases } from "./usecases/sessions.ts";

/** What a test may want to decide instead of the machine. */
export interface Surroundings {
  readonly now?: () => Date;
  readonly newId?: () => string;
  readonly logTo?: DestinationStream;
}

/** The application, put together from its parts; `close` lets go of what it holds open. */
export function compose(
  config: ServerConfig,
  { now = () => new Date(), newId = randomUUID, logTo }: Surroundings = {},
) {
  const log = openLog(config.logLevel, logTo);
  const pool = openPool(config.database);
  const client = openS3(config.storage);
  const { bucket } = config.storage;

  const accountStore = mysqlAccounts(pool);
  const passwords = argon2Passwords();
  const accounts = accountUseCases({
    accounts: accountStore,
    pictures: s3Pictures(client, bucket),
    passwords,
    now,
    newId,
  });
  const sessions = sessionUseCases({
    accounts: accountStore,
    sessions: mysqlSessions(pool),
    passwords,
    tokens: jwtTokens({ accessSecret: config.accessSecret, refreshSecret: config.refreshSecret, newId }),
    securityLog: { refreshReplayed: (facts) => log.warn(facts, "refresh token replayed") },
    now,
    newId,
  });

  const app = httpApp({
    accounts,
    sessions,
    pictureStorage: s3Incoming({ client, bucket, newId }),
    probes: { database: () => probeDatabase(pool), bucket: () => probeBucket(client, bucket) },
    siteOrigin: config.siteOrigin,
    release: config.release,
    log,
    newId,
  });

  async function close(): Promise<void> {
    await pool.end();
    client.destroy();
  }

  return { app, log, close };
}
