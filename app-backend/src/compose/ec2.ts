import { randomUUID } from "node:crypto";
import type { DestinationStream, Logger } from "pino";
import { argon2Passwords } from "../adapters/argon2/passwords.ts";
import { hmacCodeMaker } from "../adapters/hmac/code-generator.ts";
import { journalMail } from "../adapters/log/mail.ts";
import { jwtTokens } from "../adapters/jwt/tokens.ts";
import { mysqlAccounts } from "../adapters/mysql/accounts.ts";
import { mysqlCodes } from "../adapters/mysql/one-time-codes.ts";
import { mysqlImages } from "../adapters/mysql/images.ts";
import { mysqlLimits } from "../adapters/mysql/limits.ts";
import { poolUse } from "../adapters/mysql/pool-stats.ts";
import { probeDatabase } from "../adapters/mysql/probe.ts";
import { mysqlSessions } from "../adapters/mysql/sessions.ts";
import { type Metrics, prometheusMetrics } from "../adapters/prometheus/metrics.ts";
import { s3Incoming } from "../adapters/s3/upload-storage.ts";
import { probeBucket } from "../adapters/s3/probe.ts";
import { sharpDarkroom } from "../adapters/sharp/image-processor.ts";
import { sesMail } from "../adapters/ses/mail.ts";
import type { ServerConfig } from "../config/ec2.ts";
import { formPlaces, imagePlaces, places } from "../domain/slots.ts";
import { httpApp } from "../http/app.ts";
import { currentRequest } from "../http/request-log.ts";
import { openLog } from "../log.ts";
import type { Darkroom } from "../ports/image-processor.ts";
import type { SecurityLog } from "../ports/audit-log.ts";
import { abandonedUploads } from "../usecases/operations/abandoned-uploads.ts";
import { accountUseCases } from "../usecases/accounts.ts";
import { codeUseCases } from "../usecases/identity/codes.ts";
import { imageUseCases } from "../usecases/images.ts";
import { guard } from "../usecases/rate-limiter.ts";
import { passwordUseCases } from "../usecases/identity/passwords.ts";
import { sessionUseCases } from "../usecases/identity/sessions.ts";
import { uploadUseCases } from "../usecases/uploads.ts";
import { openStorage } from "./ec2-storage.ts";

/** What a test may want to decide instead of the machine. */
export interface Surroundings {
  readonly now?: () => Date;
  readonly newId?: () => string;
  readonly logTo?: DestinationStream;
  readonly deadlineMs?: number;
}

/** The application, put together from its parts; `close` lets go of what it holds open. */
export function compose(config: ServerConfig, surroundings: Surroundings = {}) {
  const { now = () => new Date(), newId = randomUUID, logTo, deadlineMs } = surroundings;
  const log = openLog(config.logLevel, { context: currentRequest, destination: logTo });
  const { pool, client, bucket, pictures, letGo } = openStorage(config, now);

  const metrics = prometheusMetrics({
    release: config.release,
    poolUse: poolUse(pool),
    ofProcess: config.metrics !== undefined,
  });

  const openForms = places(formPlaces);
  metrics.places("forms", openForms.taken);
  const { accounts, sessions, passwords, codes, images, abandoned } = useCases();
  const app = httpApp({
    accounts,
    sessions,
    passwords,
    codes,
    images,
    openForms,
    pictureStorage: s3Incoming({ client, bucket, newId }),
    probes: { database: () => probeDatabase(pool), bucket: () => probeBucket(client, bucket) },
    siteOrigins: config.siteOrigins,
    cookieName: config.refreshCookie,
    sendsMail: config.mail !== undefined,
    release: config.release,
    log,
    onRequest: metrics.request,
    newId,
    deadlineMs,
  });

  function useCases() {
    const securityLog = auditTo(log, metrics);
    const hashes = argon2Passwords();
    const common = {
      accounts: mysqlAccounts(pool),
      securityLog,
      guard: guard({ limits: mysqlLimits(pool), securityLog, now }),
      now,
      newId,
    };
    const codes = codeUseCases({
      ...common,
      codes: mysqlCodes(pool),
      codeMaker: hmacCodeMaker(config.refreshSecrets),
      mail: config.mail ? sesMail(config.mail) : journalMail((line, message) => log.info(line, message)),
      onFault: (error) => log.error({ err: error }, "mail was not sent"),
    });
    const passwords = passwordUseCases({ ...common, passwords: hashes, codes });
    const inside = places(imagePlaces);
    const darkroom = timed(sharpDarkroom({ inside }), metrics);
    const stored = { images: mysqlImages(pool), pictures };
    const abandoned = abandonedUploads({ ...stored, now });
    const uploads = uploadUseCases({ ...common, ...stored, darkroom, abandoned });
    metrics.places("images", inside.taken);
    metrics.places("completions", uploads.underWay);
    metrics.places("passwords", hashes.waiting);
    const images = imageUseCases({ ...stored, uploads });
    const ofAccounts = { pictures, darkroom, passwords: hashes, proof: passwords, codes };
    const accounts = accountUseCases({ ...common, ...ofAccounts });
    const sessions = sessionUseCases({
      ...common,
      sessions: mysqlSessions(pool),
      passwords: hashes,
      tokens: jwtTokens({ ...config, newId }),
      confirmationRequired: config.confirmationRequired,
    });
    return { accounts, sessions, passwords, codes, images, abandoned };
  }

  async function close(): Promise<void> {
    await codes.settle();
    await letGo();
  }

  return { app, log, metrics, codes, abandoned, close };
}

const warnings = new Set([
  "refresh_overtaken",
  "refresh_reused",
  "limit_reached",
  "sign_in_failed",
  "wrong_password",
  "code_failed",
]);

/** Security events as lines of the log that say `audit`, and counted. */
function auditTo(log: Logger, metrics: Metrics): SecurityLog {
  return (event, facts = {}) => {
    metrics.event(event, facts.limit);
    log[warnings.has(event) ? "warn" : "info"]({ audit: event, ...facts }, "audit");
  };
}

/** A darkroom whose work is timed. */
function timed(darkroom: Darkroom, metrics: Metrics): Darkroom {
  return {
    async develop(read, requester) {
      const startedAt = performance.now();
      let outcome: "taken" | "refused" = "refused";
      try {
        const developed = await darkroom.develop(read, requester);
        if (developed) outcome = "taken";
        return developed;
      } finally {
        metrics.image(outcome, performance.now() - startedAt);
      }
    },
  };
}
