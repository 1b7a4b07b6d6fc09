import { z } from "zod";
import type { PoolConfig } from "../adapters/cognito/client.ts";
import type { ProviderConfig } from "../adapters/openid/sign-in-providers.ts";
import type { SecretsConfig } from "../adapters/ssm/secrets.ts";
import type { BucketConfig } from "../adapters/s3/client.ts";
import {
  areOtherIssuers,
  areTextsFit,
  confirmation,
  cookieName,
  logLevel,
  origin,
  origins,
  ownIssuerFault,
  parse,
  providers,
  required,
  type TextsConfig,
  textsFault,
  textsOf,
  textVariables,
} from "./values.ts";

// Lambda sets AWS_REGION; the SDK's clients read the other variables of AWS themselves, these two excepted.
const endpoint = z.url("is not a URL").optional();
const common = {
  AWS_REGION: required,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoint,
  BUCKET: required,
  LOG_LEVEL: logLevel,
};
const stores = {
  ...common,
  RECORDS_TABLE: required,
  EXPIRING_TABLE: required,
  USER_POOL_ID: required,
  METRICS_NAMESPACE: required,
};

const imagesVariables = z.object(common);
const jobsVariables = z.object(stores);
const apiVariables = z
  .object({
    ...stores,
    ...textVariables,
    USER_POOL_CLIENT_ID: required,
    SECRETS_PATH: required,
    IMAGES_FUNCTION: required,
    SITE_ORIGIN: origin,
    OTHER_SITE_ORIGINS: origins,
    REFRESH_COOKIE: cookieName,
    CONFIRMATION: confirmation,
    PROVIDERS: providers,
    AWS_LAMBDA_FUNCTION_VERSION: z.string().optional(),
    RELEASE: z.string().optional(),
  })
  .refine(areOtherIssuers, ownIssuerFault)
  .refine(areTextsFit, textsFault);

export interface ImagesConfig {
  readonly storage: BucketConfig;
  readonly logLevel: string;
}

export interface JobsConfig extends ImagesConfig {
  readonly region: string;
  readonly tables: { readonly records: string; readonly expiring: string };
  readonly userPoolId: string;
  readonly poolEndpoint: string | undefined;
  readonly metricsNamespace: string;
}

export interface ApiConfig extends JobsConfig {
  readonly pool: PoolConfig;
  readonly secrets: SecretsConfig;
  /** ARN of the function that processes images. */
  readonly imagesFunction: string;
  /** The site's origins: the first is its main one, the others also serve it. */
  readonly siteOrigins: readonly [string, ...string[]];
  readonly refreshCookie: string;
  /** Undefined: a phone number can be no second factor. */
  readonly texts: TextsConfig | undefined;
  readonly confirmationRequired: boolean;
  /** Where people can sign in beside here. Their secrets are with the others. */
  readonly providers: readonly Omit<ProviderConfig, "clientSecret">[];
  readonly release: string;
}

/** The settings of the function that processes images. Throws one error that lists every fault, as all of these do. */
export function imagesConfig(environment: NodeJS.ProcessEnv = process.env): ImagesConfig {
  return imagesOf(parse(imagesVariables, environment));
}

/** The settings of the function that runs jobs. */
export function jobsConfig(environment: NodeJS.ProcessEnv = process.env): JobsConfig {
  return jobsOf(parse(jobsVariables, environment));
}

/** The settings of the function that serves the API. */
export function apiConfig(environment: NodeJS.ProcessEnv = process.env): ApiConfig {
  const env = parse(apiVariables, environment);
  const jobs = jobsOf(env);
  const { region, userPoolId, poolEndpoint } = jobs;
  return {
    ...jobs,
    pool: { region, userPoolId, clientId: env.USER_POOL_CLIENT_ID, endpoint: poolEndpoint },
    secrets: { region, path: env.SECRETS_PATH, providers: env.PROVIDERS.map(({ id }) => id) },
    providers: env.PROVIDERS,
    imagesFunction: env.IMAGES_FUNCTION,
    siteOrigins: [env.SITE_ORIGIN, ...env.OTHER_SITE_ORIGINS],
    refreshCookie: env.REFRESH_COOKIE,
    texts: textsOf({ ...env, AWS_ENDPOINT_URL_SNS: env.AWS_ENDPOINT_URL_SNS ?? env.AWS_ENDPOINT_URL }),
    confirmationRequired: env.CONFIRMATION === "required",
    release: env.RELEASE ?? env.AWS_LAMBDA_FUNCTION_VERSION ?? "dev",
  };
}

function imagesOf(env: z.infer<typeof imagesVariables>): ImagesConfig {
  const { BUCKET: bucket, AWS_REGION: region, AWS_ENDPOINT_URL_S3: s3 } = env;
  return { storage: { bucket, region, endpoint: s3 }, logLevel: env.LOG_LEVEL };
}

function jobsOf(env: z.infer<typeof jobsVariables>): JobsConfig {
  return {
    ...imagesOf(env),
    region: env.AWS_REGION,
    tables: { records: env.RECORDS_TABLE, expiring: env.EXPIRING_TABLE },
    userPoolId: env.USER_POOL_ID,
    poolEndpoint: env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? env.AWS_ENDPOINT_URL,
    metricsNamespace: env.METRICS_NAMESPACE,
  };
}
