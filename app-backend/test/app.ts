import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { compose, type Overrides } from "../src/compose/ec2.ts";
import type { DatabaseConfig } from "../src/adapters/mysql/pool.ts";
import { type ServerConfig, serverConfig } from "../src/config/ec2.ts";
import { serve, stop } from "../src/process/serve.ts";
import type { AuditEvent } from "../src/ports/audit-log.ts";
import type { MediaTimes } from "../src/usecases/media.ts";
import { createBucket, createDatabase } from "./store.ts";
import { goodEnvironment } from "./environment.ts";

interface Options {
  readonly clock?: () => Date;
  readonly siteOrigin?: string;
  readonly cookieName?: string;
  readonly otherSiteOrigins?: readonly string[];
  readonly confirmationRequired?: boolean;
  readonly newId?: () => string;
  /** Changes the connection settings of the database, for example to go through a proxy. */
  readonly route?: (database: DatabaseConfig) => DatabaseConfig;
  /** By what the deadlines of database and providers are multiplied: for tests that are not about time. */
  readonly patience?: number;
  /** The deadline of a request. */
  readonly deadlineMs?: number;
  /** A local port through which to reach the bucket, instead of its own. */
  readonly bucketPort?: number;
  readonly mediaTimes?: MediaTimes;
  /** Has ends of sessions recorded. */
  readonly sessionEnds?: Overrides["sessionEnds"];
  /** The setting of the facade. */
  readonly notestamp?: string;
  /** More of the environment, such as providers. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What signs access tokens. */
  readonly accessTokens?: "es256";
}

export type TestApp = Awaited<ReturnType<typeof startApp>>;

/** The real application on a free port, with its own database, bucket and log. */
export async function startApp(options: Options = {}) {
  const { clock, siteOrigin = "http://localhost:5173", confirmationRequired = false } = options;
  const [database, bucket] = await Promise.all([
    createDatabase({ patience: options.patience ?? 1 }),
    createBucket(),
  ]);
  const config = {
    ...serverConfig({
      ...goodEnvironment(),
      SITE_ORIGIN: siteOrigin,
      OTHER_SITE_ORIGINS: options.otherSiteOrigins?.join(",") ?? "",
      ...(options.notestamp && { NOTESTAMP: options.notestamp }),
      ...options.environment,
      ...(options.accessTokens && { ACCESS_TOKENS: options.accessTokens }),
    }),
    ...(options.cookieName && { refreshCookie: options.cookieName }),
    database: options.route?.(database.config) ?? database.config,
    confirmationRequired,
    storage: {
      ...bucket.config,
      ...(options.bucketPort && { endpoint: `http://127.0.0.1:${options.bucketPort}` }),
    },
  };
  const logLines: string[] = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const {
    app,
    drain,
    abandoned,
    metrics,
    close: closeApp,
  } = compose(config, {
    logTo,
    ...(clock && { now: clock }),
    ...(options.newId && { newId: options.newId }),
    ...(options.deadlineMs && { deadlineMs: options.deadlineMs }),
    ...(options.mediaTimes && { mediaTimes: options.mediaTimes }),
    ...providerTimes(config),
    ...(options.sessionEnds && { sessionEnds: options.sessionEnds }),
  });
  const server = await serve(app, { port: 0 });

  async function close(): Promise<void> {
    await stop(server, 1_000);
    await closeApp();
    await Promise.all([database.drop(), bucket.drop()]);
    if (!logTo.closed) await once(logTo.end(), "close");
    requireNoSecret(logLines);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    siteOrigin,
    config,
    pool: database.pool,
    bucket,
    s3: bucket.client,
    logLines,
    /** The events of the audit log, in order. */
    audit: () => logLines.map((line) => JSON.parse(line)).filter((line) => "audit" in line) as AuditLine[],
    settle: drain,
    metrics: metrics.text,
    /** How many slots requests hold, by kind. */
    async places(): Promise<Record<string, number>> {
      const found = (await metrics.text()).matchAll(/^tintype_places_taken\{of="(\w+)"\} (\d+)$/gm);
      return Object.fromEntries([...found].map(([, of, taken]) => [of, Number(taken)]));
    },
    giveUpAbandoned: abandoned.giveUp,
    close,
  };
}

/** The same application once more, in this process or by another way to the bucket. */
export async function startAgain(
  { config, siteOrigin }: TestApp,
  changes: Partial<ServerConfig> = {},
  overrides: Overrides = {},
) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const {
    app,
    hurry,
    close: closeApp,
  } = compose({ ...config, ...changes }, { logTo: nowhere, ...providerTimes(config), ...overrides });
  const server = await serve(app, { port: 0 });
  async function close(): Promise<void> {
    server.closeAllConnections();
    await stop(server, 0);
    await closeApp();
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, siteOrigin, hurry, close };
}

/** As patient with providers as with the database. */
function providerTimes({ database: { patience = 1 } }: ServerConfig): Overrides {
  return patience === 1 ? {} : { providerTimeoutMs: 4_500 * patience };
}

interface AuditLine {
  readonly audit: AuditEvent;
  readonly accountId?: string;
  readonly sessionId?: string;
  readonly requestId: string;
}

/** WEB-12: no log of any test holds a token, a signature or a password; mail that is logged instead of sent is the exception. */
export function requireNoSecret(lines: readonly string[]): void {
  const secret = /eyJ[\w-]+\.|X-Amz-Signature|Signature=|correct horse|\$argon2/;
  const leak = lines.find(
    (line) => secret.test(line) || (!line.includes('"mail":{') && /"\d{12}"|\d{4} \d{4} \d{4}/.test(line)),
  );
  if (leak !== undefined) throw new Error(`a secret in the log: ${leak.slice(0, 200)}`);
}
