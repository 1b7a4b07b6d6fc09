import { randomUUID } from "node:crypto";
import type { DestinationStream } from "pino";
import { aesFactorSecrets } from "../adapters/aes/factor-secrets.ts";
import { cognitoAccessTokens, poolIssuers } from "../adapters/cognito/access-tokens.ts";
import { cognitoBearers } from "../adapters/cognito/bearers.ts";
import { openCognito } from "../adapters/cognito/client.ts";
import { cognitoIdentityProvider } from "../adapters/cognito/identity-provider.ts";
import { dynamodbAccounts } from "../adapters/dynamodb/accounts.ts";
import { dynamodbChallenges } from "../adapters/dynamodb/challenges.ts";
import { openDynamodb } from "../adapters/dynamodb/client.ts";
import { dynamodbFactors } from "../adapters/dynamodb/factors.ts";
import { dynamodbImages } from "../adapters/dynamodb/images.ts";
import { dynamodbLimits } from "../adapters/dynamodb/limits.ts";
import { dynamodbMedia } from "../adapters/dynamodb/media.ts";
import { dynamodbPasskeys } from "../adapters/dynamodb/passkeys.ts";
import { dynamodbPasswordHashes } from "../adapters/dynamodb/password-hashes.ts";
import { dynamodbProviderIdentities } from "../adapters/dynamodb/provider-identities.ts";
import { dynamodbProjects } from "../adapters/dynamodb/projects.ts";
import { dynamodb } from "../adapters/dynamodb/requests.ts";
import { dynamodbRevocations } from "../adapters/dynamodb/revocations.ts";
import { dynamodbSessions } from "../adapters/dynamodb/sessions.ts";
import { emfMetrics } from "../adapters/emf/metrics.ts";
import { jwtChallengeTokens } from "../adapters/jwt/challenge-tokens.ts";
import { jwtPasskeyChallenges } from "../adapters/jwt/passkey-challenges.ts";
import { jwtProviderFlows } from "../adapters/jwt/provider-flows.ts";
import { accessTokensOf } from "../adapters/jwt/access-tokens.ts";
import { accessTokensOfIssuers } from "../adapters/jwt/issuers.ts";
import { ownIssuer } from "../adapters/jwt/signed-claims.ts";
import { jwtTokens } from "../adapters/jwt/tokens.ts";
import { jwtUploadTokens } from "../adapters/jwt/upload-tokens.ts";
import { lambdaImageIntake, openLambda } from "../adapters/lambda/image-intake.ts";
import { openidSignInProviders } from "../adapters/openid/sign-in-providers.ts";
import { openS3 } from "../adapters/s3/client.ts";
import { s3MediaIntake } from "../adapters/s3/media-intake.ts";
import { s3ObjectStore } from "../adapters/s3/object-store.ts";
import { probeBucket } from "../adapters/s3/probe.ts";
import { signedUrls } from "../adapters/s3/signed-urls.ts";
import { webauthnCeremonies } from "../adapters/simplewebauthn/passkey-ceremonies.ts";
import { snsTextMessages } from "../adapters/sns/text-messages.ts";
import { openSsm, type Secrets, ssmSecrets } from "../adapters/ssm/secrets.ts";
import type { ApiConfig } from "../config/serverless.ts";
import { AppError } from "../domain/app-error.ts";
import { limits as rules } from "../domain/limit.ts";
import { relyingPartyOf } from "../domain/passkey.ts";
import { returnAddress } from "../domain/provider-flow.ts";
import { edgeProofHeader, isEdgeProof, requireEdgeProof } from "../http/edge-proof.ts";
import { refusingApp } from "../http/refusing-app.ts";
import { currentRequest } from "../http/request-log.ts";
import { openLog } from "../log.ts";
import type { Limits } from "../ports/limits.ts";
import { bearerSessions, revokingSessions } from "../usecases/identity/bearer-sessions.ts";
import { completionSlots } from "../usecases/completion-slots.ts";
import { application } from "./application.ts";
import { backgroundWork, takingAtLeast } from "./background-work.ts";

/** Overrides for tests. */
export interface Overrides {
  readonly now?: () => Date;
  readonly newId?: () => string;
  readonly logTo?: DestinationStream;
  /** Of DynamoDB. */
  readonly attemptTimeoutMs?: number;
  readonly mailMs?: number;
}

/** Less than the function's 29 seconds, and more than the 25 of the one that processes images. */
const deadlineMs = 26_000;
/** Longer than a code usually takes to be mailed: the answer waits for it, and must not show whether there was one. */
const longestMailMs = 1_500;

/** Nothing goes on after the answer: work on a file ends before the deadline, and no request is answered while it runs. */
const mediaTimes = { waitMs: deadlineMs, workMs: 24_000 };

/**
 * The application of one execution environment, which serves one request at a time. `current` reads secrets again when
 * they are no longer fresh, or once a request has a proof of the edge that is unknown, and returns another application if
 * one has changed.
 */
export async function openApi(config: ApiConfig, overrides: Overrides = {}) {
  const {
    now = () => new Date(),
    newId = randomUUID,
    logTo,
    attemptTimeoutMs,
    mailMs = longestMailMs,
  } = overrides;
  const log = openLog(config.logLevel, { context: currentRequest, destination: logTo });
  const metricsLog = openLog("info", { context: () => ({}), destination: logTo });
  const metrics = emfMetrics({
    namespace: config.metricsNamespace,
    write: (fields) => metricsLog.info(fields),
    now,
  });

  const { region, pool, storage, imagesFunction } = config;
  const s3 = openS3(storage);
  const { bucket } = storage;
  const objectStore = s3ObjectStore({ client: s3, bucket, sign: signedUrls({ client: s3, bucket, now }) });
  const db = dynamodb({ client: openDynamodb({ region, attemptTimeoutMs }), tables: config.tables });
  const accounts = dynamodbAccounts(db);
  const limits = dynamodbLimits({ db, newId });
  const revocations = dynamodbRevocations(db);
  const sessions = revokingSessions(dynamodbSessions(db), revocations, now);
  const images = dynamodbImages({ db, now });
  const ofProjects = { projects: dynamodbProjects(db), media: dynamodbMedia(db) };
  const factors = dynamodbFactors({ db, newId });
  const challenges = dynamodbChallenges({ db, newId });
  const passkeys = dynamodbPasskeys({ db, newId });
  const identities = dynamodbProviderIdentities(db);
  const stores = {
    accounts,
    sessions,
    factors,
    passkeys,
    challenges,
    identities,
    limits,
    images,
    ...ofProjects,
  };

  const cognito = openCognito(pool);
  const credentials = dynamodbPasswordHashes({ db, newId });
  const identity = cognitoIdentityProvider({
    ...{ client: cognito, ...pool, credentials, now },
    ownerOf: async (email) => (await accounts.getByEmail(email))?.id,
    ...kept(limits, now),
  });
  const ofPool = cognitoAccessTokens(pool);
  const bearers = cognitoBearers({ client: cognito, pool, accounts, credentials });
  const ofBearers = bearerSessions({ bearers, revocations, accounts, sessions, factors });
  const relyingParty = relyingPartyOf(config.siteOrigins[0]);
  const imageIntake = lambdaImageIntake({ client: openLambda({ region }), functionArn: imagesFunction });

  const texts = config.texts && {
    ...config.texts,
    messages: snsTextMessages({
      ...config.texts,
      onRefused: (error) => log.warn({ err: error }, "text message was not sent"),
    }),
  };

  function applicationWith(found: Secrets) {
    const { accessSecrets, refreshSecrets, factorSecrets, edgeProofs, clientSecrets } = found;
    const { afterAnswer, drain } = backgroundWork((error) => {
      metrics.unsentMail();
      log.error({ err: error }, "mail was not sent");
    });
    const tokens = jwtTokens({ accessSecrets, refreshSecrets, newId });
    const ours = [ownIssuer, accessTokensOf(tokens)] as const;
    const issuers = new Map([ours, ...poolIssuers(pool).map((issuer) => [issuer, ofPool] as const)]);
    const parts = {
      stores,
      objectStore,
      imageIntake,
      mediaIntake: s3MediaIntake({ client: s3, bucket }),
      identity,
      tokens,
      accessTokens: accessTokensOfIssuers(issuers),
      uploadTokens: jwtUploadTokens(refreshSecrets),
      challengeTokens: jwtChallengeTokens(refreshSecrets),
      factorSecrets: aesFactorSecrets(factorSecrets),
      texts,
      providers: openidSignInProviders({
        providers: config.providers.map((each) => ({ ...each, clientSecret: clientSecrets.get(each.id) })),
        redirectUri: returnAddress(config.siteOrigins[0]),
      }),
      providerFlows: jwtProviderFlows(refreshSecrets),
      passkeyChallenges: jwtPasskeyChallenges(refreshSecrets),
      passkeyCeremonies: relyingParty && webauthnCeremonies(relyingParty),
      bearerSessions: ofBearers,
      pictureStorage: undefined,
      takeCompletionSlot: completionSlots({ limits, now }),
      admit: requireEdgeProof(edgeProofs),
      probes: { database: db.probe, bucket: () => probeBucket(s3, bucket) },
      log,
      metrics,
      afterAnswer,
      evenly: takingAtLeast(mailMs),
    };
    return {
      ...application(parts, { ...config, sendsMail: true, deadlineMs, mediaTimes, now, newId }),
      drain,
    };
  }

  const secrets = ssmSecrets({
    client: openSsm(config.secrets),
    path: config.secrets.path,
    providers: config.secrets.providers ?? [],
    now,
    onStale: (error) => log.warn({ err: error }, "secrets were not read again"),
  });
  let last: { readonly of: Secrets; readonly served: ReturnType<typeof applicationWith> } | undefined;

  /** A cold start while SSM is throttled: this request is refused, and the next one reads the secrets. */
  async function current(headers: Readonly<Record<string, string>> = {}) {
    try {
      return await opened(headers);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return {
        app: refusingApp({ log, newId, onRequest: metrics.request }, error),
        drain: async () => undefined,
      };
    }
  }

  async function opened(headers: Readonly<Record<string, string>>) {
    let found = await secrets.read();
    const proof = headers[edgeProofHeader];
    // All secrets are rotated at once, and the edge's new proof is met first: minutes before a new key signs a token.
    if (proof !== undefined && !isEdgeProof(proof, found.edgeProofs)) found = await secrets.readAgain();
    if (last?.of !== found) last = { of: found, served: applicationWith(found) };
    return last.served;
  }
  await current();
  return { current, log };
}

/** What the identity provider keeps in the store of limits: facts about an address or an account, for a time. */
function kept(limits: Limits, now: () => Date) {
  const resetCode = (accountId: string) => `reset code of ${accountId}`;
  return {
    reservations: {
      take: (key: string) => limits.consume(rules.signUpOfAddress, key, now()),
      release: (key: string) => limits.clear(rules.signUpOfAddress, key),
    },
    resetRequests: {
      add: (accountId: string, fact: string, until: Date) => limits.know(resetCode(accountId), fact, until),
      has: (accountId: string, fact: string, at: Date) => limits.knows(resetCode(accountId), fact, at),
    },
  };
}
