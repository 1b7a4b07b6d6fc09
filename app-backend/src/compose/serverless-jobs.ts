import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { openCognito } from "../adapters/cognito/client.ts";
import { cognitoIdentities } from "../adapters/cognito/identities.ts";
import { cognitoIdentityRemoval } from "../adapters/cognito/identity-provider.ts";
import { dynamodbAccounts } from "../adapters/dynamodb/accounts.ts";
import { dynamodbChallenges } from "../adapters/dynamodb/challenges.ts";
import { openDynamodb } from "../adapters/dynamodb/client.ts";
import { dynamodbFactors } from "../adapters/dynamodb/factors.ts";
import { dynamodbImages } from "../adapters/dynamodb/images.ts";
import { dynamodbMedia } from "../adapters/dynamodb/media.ts";
import { dynamodbAccountIds, dynamodbObjectRecords } from "../adapters/dynamodb/object-records.ts";
import { dynamodbPasskeys } from "../adapters/dynamodb/passkeys.ts";
import { dynamodbPasswordHashes } from "../adapters/dynamodb/password-hashes.ts";
import { dynamodbProviderIdentities } from "../adapters/dynamodb/provider-identities.ts";
import { dynamodbProjects } from "../adapters/dynamodb/projects.ts";
import { dynamodb } from "../adapters/dynamodb/requests.ts";
import { dynamodbRevocations } from "../adapters/dynamodb/revocations.ts";
import { dynamodbSessions } from "../adapters/dynamodb/sessions.ts";
import { openS3 } from "../adapters/s3/client.ts";
import { probeBucket } from "../adapters/s3/probe.ts";
import { s3ObjectStore } from "../adapters/s3/object-store.ts";
import { signedUrls } from "../adapters/s3/signed-urls.ts";
import type { JobsConfig } from "../config/serverless.ts";
import { openLog } from "../log.ts";
import { accountRemoval } from "../usecases/account-removal.ts";
import { revokingSessions } from "../usecases/identity/bearer-sessions.ts";
import { factorReset } from "../usecases/identity/factor-reset.ts";
import { abandonedUploads } from "../usecases/operations/abandoned-uploads.ts";
import { binEmptying } from "../usecases/operations/bin.ts";
import { identityCheck } from "../usecases/operations/identity-check.ts";
import { integrityCheck } from "../usecases/operations/integrity.ts";
import { passkeyCount } from "../usecases/operations/passkey-count.ts";
import { auditTo } from "./audit.ts";

/** Jobs on a schedule, each of which may run twice, and goes on where it was stopped. */
export function openJobs(config: JobsConfig, now = () => new Date(), logTo?: DestinationStream) {
  const { region, storage, userPoolId, poolEndpoint } = config;
  const log = openLog(config.logLevel, { context: () => ({}), destination: logTo });
  const client = openS3(storage);
  const { bucket } = storage;
  const objectStore = s3ObjectStore({ client, bucket, sign: signedUrls({ client, bucket, now }) });
  const db = dynamodb({ client: openDynamodb({ region }), tables: config.tables });
  const accounts = dynamodbAccounts(db);
  const images = dynamodbImages({ db, now });
  const ofProjects = { projects: dynamodbProjects(db), media: dynamodbMedia(db) };
  const stored = { images, ...ofProjects, objectStore, now };
  const credentials = dynamodbPasswordHashes({ db, newId: randomUUID });
  const cognito = openCognito({ region, userPoolId, clientId: "", endpoint: poolEndpoint });
  const identities = cognitoIdentities(cognito, userPoolId);

  const factors = dynamodbFactors({ db, newId: randomUUID });
  const challenges = dynamodbChallenges({ db, newId: randomUUID });
  const passkeys = dynamodbPasskeys({ db, newId: randomUUID });
  const linked = dynamodbProviderIdentities(db);
  const removal = accountRemoval({
    ...{ ...stored, accounts, sessions: dynamodbSessions(db) },
    ...{ factors, challenges, passkeys },
    identity: { remove: cognitoIdentityRemoval({ credentials, removeUser: identities.remove }) },
    identities: linked,
  });
  const accountIds = dynamodbAccountIds(db);
  const { giveUp } = abandonedUploads(stored);
  const emptyBin = binEmptying(stored);
  const { removeLeft } = removal;
  const inspect = integrityCheck({ records: dynamodbObjectRecords(db), objectStore, removeLeft, now });
  const compare = identityCheck({
    identities,
    accounts,
    accountIds,
    ...{ credentials, linked, passkeys, now },
  });

  const sessions = revokingSessions(dynamodbSessions(db), dynamodbRevocations(db), now);
  const resetFactor = factorReset({ accounts, factors, challenges, sessions, auditLog: auditTo(log), now });

  const jobs = {
    "remove-abandoned": async () => ({ abandoned: await giveUp(), emptied: await emptyBin(), faults: 0 }),
    async integrity(repair: boolean) {
      // A removal that does not end must not keep the rest from being looked at.
      const removed = await removal.resume().catch((error: unknown) => {
        log.error({ err: error }, "removal of an account did not end");
        return undefined;
      });
      const [objects, users] = [await inspect(repair), await compare(repair)];
      const stuck = removed === undefined ? 1 : 0;
      return { removed, objects, users, faults: stuck + objects.left.length + users.left.length };
    },
  };

  /** Runs a job and logs its report. */
  async function run(job: string, repair: boolean) {
    if (!Object.hasOwn(jobs, job)) throw new Error(`There is no job ${JSON.stringify(job)}.`);
    const report = await jobs[job as keyof typeof jobs](repair);
    log.info({ job, report }, "job");
    return report;
  }
  const countPasskeys = passkeyCount({ accountIds, passkeys });
  return { run, resetFactor, countPasskeys, probe: () => probeBucket(client, bucket) };
}
