import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { argon2Passwords } from "../adapters/argon2/passwords.ts";
import { aesFactorSecrets } from "../adapters/aes/factor-secrets.ts";
import { hmacCodeGenerator } from "../adapters/hmac/code-generator.ts";
import { jwtChallengeTokens } from "../adapters/jwt/challenge-tokens.ts";
import { jwtPasskeyChallenges } from "../adapters/jwt/passkey-challenges.ts";
import { jwtProviderFlows } from "../adapters/jwt/provider-flows.ts";
import { jwtTokens } from "../adapters/jwt/tokens.ts";
import { jwtUploadTokens } from "../adapters/jwt/upload-tokens.ts";
import { logMail } from "../adapters/log/mail.ts";
import { mysqlAccounts } from "../adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../adapters/mysql/challenges.ts";
import { mysqlFactors } from "../adapters/mysql/factors.ts";
import { mysqlImages } from "../adapters/mysql/images.ts";
import { mysqlLimits } from "../adapters/mysql/limits.ts";
import { mysqlMedia } from "../adapters/mysql/media.ts";
import { mysqlOneTimeCodes } from "../adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../adapters/mysql/password-hashes.ts";
import { poolStats } from "../adapters/mysql/pool-stats.ts";
import { probeDatabase } from "../adapters/mysql/probe.ts";
import { mysqlProviderIdentities } from "../adapters/mysql/provider-identities.ts";
import { mysqlProjects } from "../adapters/mysql/projects.ts";
import { mysqlSessions, type SessionEnds } from "../adapters/mysql/sessions.ts";
import { openidSignInProviders } from "../adapters/openid/sign-in-providers.ts";
import { ownIdentityProvider } from "../adapters/own/identity-provider.ts";
import { prometheusMetrics } from "../adapters/prometheus/metrics.ts";
import { s3MediaIntake } from "../adapters/s3/media-intake.ts";
import { s3MediaStorage } from "../adapters/s3/media-storage.ts";
import { probeBucket } from "../adapters/s3/probe.ts";
import { s3UploadStorage } from "../adapters/s3/upload-storage.ts";
import { sesMail } from "../adapters/ses/mail.ts";
import { snsTextMessages } from "../adapters/sns/text-messages.ts";
import { sharpImageProcessor } from "../adapters/sharp/image-processor.ts";
import { webauthnCeremonies } from "../adapters/simplewebauthn/passkey-ceremonies.ts";
import type { ServerConfig } from "../config/ec2.ts";
import { relyingPartyOf } from "../domain/passkey.ts";
import { imageSlots, slots } from "../domain/slots.ts";
import { currentRequest } from "../http/request-log.ts";
import { openLog } from "../log.ts";
import { imageIntake } from "../usecases/image-intake.ts";
import type { MediaTimes } from "../usecases/media.ts";
import { application } from "./application.ts";
import { returnAddress } from "../domain/provider-flow.ts";
import { backgroundWork } from "./background-work.ts";
import { openStorage } from "./ec2-storage.ts";
import { notestamp } from "./notestamp.ts";

/** Overrides for tests. */
export interface Overrides {
  readonly now?: () => Date;
  readonly newId?: () => string;
  readonly logTo?: DestinationStream;
  readonly deadlineMs?: number;
  readonly mediaTimes?: MediaTimes;
  /** How long a provider of sign-ins may take. */
  readonly providerTimeoutMs?: number;
  readonly sessionEnds?: SessionEnds;
}

/** A request waits less than the page does, which then asks again. */
const ownMediaTimes: MediaTimes = { waitMs: 20_000, workMs: 600_000 };

/** The application on a host with MySQL. `close` waits for work after responses, then closes all connections. */
export function compose(config: ServerConfig, overrides: Overrides = {}) {
  const { now = () => new Date(), newId = randomUUID, logTo, deadlineMs } = overrides;
  const { mediaTimes = ownMediaTimes, sessionEnds } = overrides;
  const log = openLog(config.logLevel, { context: currentRequest, destination: logTo });
  const { pool, client, bucket, objectStore, close: closeStorage } = openStorage(config, now);
  const metrics = prometheusMetrics({
    release: config.release,
    poolStats: poolStats(pool),
    ofProcess: config.metrics !== undefined,
  });
  const passwords = argon2Passwords();
  const inside = slots(imageSlots);
  metrics.slots("images", inside.taken);
  metrics.slots("passwords", passwords.waiting);

  const mail = config.mail && sesMail(config.mail);
  const identity = ownIdentityProvider({
    hashes: mysqlPasswordHashes(pool),
    codes: mysqlOneTimeCodes(pool),
    passwords,
    codeGenerator: hmacCodeGenerator(config.refreshSecrets),
    mail: mail ?? logMail((line, message) => log.info(line, message)),
    now,
  });
  const { afterAnswer, drain } = backgroundWork((error) => log.error({ err: error }, "mail was not sent"));

  const relyingParty = relyingPartyOf(config.siteOrigins[0]);
  const mediaStorage = s3MediaStorage({ client, bucket, newId });
  const { app, abandoned, hurry, stop } = application(
    {
      stores: {
        accounts: mysqlAccounts(pool),
        sessions: mysqlSessions(pool, sessionEnds),
        factors: mysqlFactors(pool),
        passkeys: mysqlPasskeys(pool),
        challenges: mysqlChallenges(pool, sessionEnds),
        limits: mysqlLimits(pool),
        images: mysqlImages(pool),
        projects: mysqlProjects(pool),
        media: mysqlMedia(pool),
        identities: mysqlProviderIdentities(pool),
      },
      objectStore,
      imageIntake: imageIntake({ imageProcessor: sharpImageProcessor({ inside }), objectStore }),
      mediaIntake: s3MediaIntake({ client, bucket }),
      identity,
      tokens: jwtTokens({ ...config, newId }),
      uploadTokens: jwtUploadTokens(config.refreshSecrets),
      challengeTokens: jwtChallengeTokens(config.refreshSecrets),
      factorSecrets: aesFactorSecrets(config.factorSecrets),
      mail,
      texts: config.texts && {
        ...config.texts,
        messages: snsTextMessages({
          ...config.texts,
          onRefused: (error) => log.warn({ err: error }, "text message was not sent"),
        }),
      },
      providers: openidSignInProviders({
        providers: config.providers,
        redirectUri: returnAddress(config.siteOrigins[0]),
        timeoutMs: overrides.providerTimeoutMs,
      }),
      providerFlows: jwtProviderFlows(config.refreshSecrets),
      passkeyChallenges: jwtPasskeyChallenges(config.refreshSecrets),
      passkeyCeremonies: relyingParty && webauthnCeremonies(relyingParty),
      pictureStorage: s3UploadStorage({ client, bucket, newId }),
      facade: config.notestamp && notestamp({ mediaStorage, log, metrics, newId, config }),
      probes: { database: () => probeDatabase(pool), bucket: () => probeBucket(client, bucket) },
      log,
      metrics,
      afterAnswer,
    },
    { ...config, sendsMail: config.mail !== undefined, deadlineMs, mediaTimes, now, newId },
  );

  async function close(): Promise<void> {
    await Promise.all([drain(), stop()]);
    await closeStorage();
  }

  return { app, log, metrics, drain, abandoned, hurry, close };
}
