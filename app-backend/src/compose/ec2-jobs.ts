import type { DestinationStream } from "pino";
import { mysqlCopies } from "../adapters/mysql/backup/database-copies.ts";
import { mysqlAccounts } from "../adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../adapters/mysql/challenges.ts";
import { mysqlFactors } from "../adapters/mysql/factors.ts";
import { mysqlImages } from "../adapters/mysql/images.ts";
import { mysqlMedia } from "../adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../adapters/mysql/object-records.ts";
import { mysqlOneTimeCodes } from "../adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../adapters/mysql/password-hashes.ts";
import { closePool, type DatabaseConfig, openPool } from "../adapters/mysql/pool.ts";
import { mysqlProviderIdentities } from "../adapters/mysql/provider-identities.ts";
import { mysqlProjects } from "../adapters/mysql/projects.ts";
import { purge } from "../adapters/mysql/purge.ts";
import { mysqlSessions, type SessionEnds } from "../adapters/mysql/sessions.ts";
import { ownIdentityRemoval } from "../adapters/own/identity-provider.ts";
import { s3Backups } from "../adapters/s3/backups.ts";
import { sesMail } from "../adapters/ses/mail.ts";
import type { BackupConfig, ServerConfig } from "../config/ec2.ts";
import { openLog } from "../log.ts";
import { accountRemoval } from "../usecases/account-removal.ts";
import { factorReset } from "../usecases/identity/factor-reset.ts";
import { noticeOf } from "../usecases/identity/notices.ts";
import { abandonedUploads } from "../usecases/operations/abandoned-uploads.ts";
import { binEmptying } from "../usecases/operations/bin.ts";
import { backupUseCase } from "../usecases/operations/backup.ts";
import { integrityCheck } from "../usecases/operations/integrity.ts";
import { restoreUseCase } from "../usecases/operations/restore.ts";
import { auditTo } from "./audit.ts";
import { openStorage } from "./ec2-storage.ts";

/** The job that removes expired rows; needs only the database. */
export function openPurge(config: DatabaseConfig) {
  const pool = openPool(config);
  return { purge: (at: Date) => purge(pool, at), close: () => closePool(pool) };
}

/**
 * The job that finishes removals of accounts, discards uploads that were never completed, empties the bin, and compares
 * records with objects.
 */
export function openIntegrity(config: ServerConfig, now = () => new Date()) {
  const { pool, objectStore, close } = openStorage(config, now);
  const ofProjects = { projects: mysqlProjects(pool), media: mysqlMedia(pool) };
  const stored = { images: mysqlImages(pool), ...ofProjects, objectStore, now };
  const identity = {
    remove: ownIdentityRemoval({ hashes: mysqlPasswordHashes(pool), codes: mysqlOneTimeCodes(pool) }),
  };
  const ofFactors = {
    ...{ factors: mysqlFactors(pool), challenges: mysqlChallenges(pool), passkeys: mysqlPasskeys(pool) },
  };
  const identities = mysqlProviderIdentities(pool);
  const accounts = { accounts: mysqlAccounts(pool), sessions: mysqlSessions(pool), identity, identities };
  return {
    resume: accountRemoval({ ...stored, ...accounts, ...ofFactors }).resume,
    emptyBin: binEmptying(stored),
    collect: abandonedUploads(stored).giveUp,
    inspect: integrityCheck({ records: mysqlObjectRecords(pool), objectStore, now }),
    close,
  };
}

/** The operator's way back for someone who has lost every second factor. */
export function openFactorReset(
  config: ServerConfig,
  now = () => new Date(),
  logTo?: DestinationStream,
  sessionEnds?: SessionEnds,
) {
  const pool = openPool(config.database);
  const mail = config.mail && sesMail(config.mail);
  const reset = factorReset({
    accounts: mysqlAccounts(pool),
    factors: mysqlFactors(pool),
    challenges: mysqlChallenges(pool),
    sessions: mysqlSessions(pool, sessionEnds),
    auditLog: auditTo(openLog(config.logLevel, { context: () => ({}), destination: logTo })),
    notify: mail && (({ email }) => mail.send({ to: email, ...noticeOf("factors_reset") })),
    now,
  });
  return { reset, close: () => pool.end() };
}

/** Backs up the database into the bucket and restores it; `migrations` is the folder of this release's migrations. */
export function openBackups(config: BackupConfig, migrations: string, now = () => new Date()) {
  const { client, bucket, objectStore, close } = openStorage(config, now);
  const copies = mysqlCopies({ reader: config.reader, exchanger: config.database, migrations });
  const backups = s3Backups({ client, bucket });
  const keep = backupUseCase({ copies, backups, release: config.release, now });
  return {
    keep: () => copies.alone("backup", () => keep()),
    restore: restoreUseCase({ copies, backups, objectStore, keep }),
    close,
  };
}
