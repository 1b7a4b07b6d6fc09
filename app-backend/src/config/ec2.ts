import { z } from "zod";
import type { DatabaseConfig } from "../adapters/mysql/pool.ts";
import type { ProviderConfig } from "../adapters/openid/sign-in-providers.ts";
import type { BucketConfig } from "../adapters/s3/client.ts";
import type { SesConfig } from "../adapters/ses/mail.ts";
import {
  accessTokens,
  address,
  areOtherIssuers,
  areTextsFit,
  confirmation,
  cookieName,
  formerSecrets,
  isSafeOrigin,
  logLevel,
  notestamp,
  origin,
  origins,
  ownIssuerFault,
  parse,
  port,
  providers,
  providerSecretName,
  required,
  secret,
  secrets,
  type TextsConfig,
  textsFault,
  textsOf,
  textVariables,
} from "./values.ts";
import { emailFault } from "../domain/email.ts";
import type { Keyring } from "../domain/keyring.ts";
import type { SecretRing } from "../domain/secret-ring.ts";
import type { Address } from "../process/serve-metrics.ts";
import type { ListenTarget } from "../process/serve.ts";

export const databaseVariables = z
  .object({
    MYSQL_SOCKET: z.string().min(1).optional(),
    MYSQL_HOST: z.string().min(1).optional(),
    MYSQL_PORT: port.default(3306),
    MYSQL_USER: required,
    MYSQL_PASSWORD: z.string().default(""),
    MYSQL_DATABASE: required,
  })
  .refine((env) => env.MYSQL_SOCKET ?? env.MYSQL_HOST, {
    path: ["MYSQL_SOCKET"],
    error: "or MYSQL_HOST is missing",
    when: () => true, // reported together with the other faults, not after they are fixed
  });

const bucketVariables = {
  BUCKET: required,
  AWS_REGION: required,
  AWS_ENDPOINT_URL_S3: z.url("is not a URL").optional(),
  RELEASE: z.string().default("dev"),
};

const backupVariables = z.object({
  ...bucketVariables,
  MYSQL_BACKUP_USER: required,
  MYSQL_BACKUP_PASSWORD: z.string().default(""),
  BACKUP_FOLDER: z.string().min(1).optional(),
});

const serverVariables = z
  .object({
    PORT: port.default(3000),
    LISTEN_FDS: z.string().optional(),
    LISTEN_PID: z.string().optional(),
    SITE_ORIGIN: origin,
    OTHER_SITE_ORIGINS: origins,
    REFRESH_COOKIE: cookieName,
    ...bucketVariables,
    ACCESS_TOKEN_SECRET: secret,
    REFRESH_TOKEN_SECRET: secret,
    FORMER_ACCESS_TOKEN_SECRETS: formerSecrets,
    FORMER_REFRESH_TOKEN_SECRETS: formerSecrets,
    FACTORS_SECRET: secret,
    FORMER_FACTORS_SECRETS: secrets,
    ACCESS_TOKENS: accessTokens,
    METRICS_LISTEN: address,
    MAIL_FROM: z
      .string()
      .refine((text) => text === "" || emailFault(text) === undefined, "is not an email address")
      .default(""),
    AWS_ENDPOINT_URL_SESV2: z.url("is not a URL").optional(),
    ...textVariables,
    CONFIRMATION: confirmation,
    NOTESTAMP: notestamp,
    PROVIDERS: providers,
    LOG_LEVEL: logLevel,
  })
  .refine((env) => env.PROVIDERS.length === 0 || isSafeOrigin(env.SITE_ORIGIN), {
    path: ["PROVIDERS"],
    error: "need a site with HTTPS, or on localhost",
  })
  .refine(areOtherIssuers, ownIssuerFault)
  .refine(areTextsFit, textsFault)
  .refine((env) => !env.ACCESS_TOKEN_SECRET.equals(env.REFRESH_TOKEN_SECRET), {
    path: ["REFRESH_TOKEN_SECRET"],
    error: "equals ACCESS_TOKEN_SECRET",
  });

export interface ServerConfig {
  readonly place: ListenTarget;
  /** The site's origins: the first is its main one, the others also serve it. */
  readonly siteOrigins: readonly [string, ...string[]];
  /** Name of the refresh cookie, without the prefix that HTTPS adds. */
  readonly refreshCookie: string;
  readonly database: DatabaseConfig;
  readonly storage: BucketConfig;
  /** Undefined: messages are written to the log. */
  readonly mail: SesConfig | undefined;
  /** Undefined: a phone number can be no second factor. */
  readonly texts: TextsConfig | undefined;
  /** Whether an address has to be confirmed before its account can be used. */
  readonly confirmationRequired: boolean;
  /** The facade for the notestamp client, and where its pages come from if not from the site. Undefined: there is none. */
  readonly notestamp: { readonly clientOrigin: string | undefined } | undefined;
  /** Where people can sign in beside here. */
  readonly providers: readonly ProviderConfig[];
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
  readonly factorSecrets: SecretRing;
  /** What signs access tokens: the secrets, or key pairs derived from them. */
  readonly accessTokens: "hs256" | "es256";
  /** Where to serve metrics. Undefined: they are not served. */
  readonly metrics: Address | undefined;
  readonly release: string;
  readonly logLevel: string;
}

/** The server's settings from the environment. Throws one error that lists every fault. */
export function serverConfig(environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  const env = parse(z.intersection(serverVariables, databaseVariables), environment);
  // The socket is meant for one process: sd_listen_fds(3).
  const isActivated = env.LISTEN_FDS === "1" && env.LISTEN_PID === String(process.pid);
  return {
    place: isActivated ? { fd: 3 } : { port: env.PORT },
    siteOrigins: [env.SITE_ORIGIN, ...env.OTHER_SITE_ORIGINS],
    refreshCookie: env.REFRESH_COOKIE,
    database: databaseOf(env),
    storage: bucketOf(env),
    mail:
      env.MAIL_FROM === ""
        ? undefined
        : { from: env.MAIL_FROM, region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL_SESV2 },
    texts: textsOf(env),
    confirmationRequired: env.CONFIRMATION === "required",
    notestamp: env.NOTESTAMP,
    providers: env.PROVIDERS.map((provider) => ({
      ...provider,
      clientSecret: environment[providerSecretName(provider.id)] || undefined,
    })),
    accessSecrets: { current: env.ACCESS_TOKEN_SECRET, former: env.FORMER_ACCESS_TOKEN_SECRETS },
    refreshSecrets: { current: env.REFRESH_TOKEN_SECRET, former: env.FORMER_REFRESH_TOKEN_SECRETS },
    factorSecrets: { current: env.FACTORS_SECRET, former: env.FORMER_FACTORS_SECRETS },
    accessTokens: env.ACCESS_TOKENS,
    metrics: env.METRICS_LISTEN,
    release: env.RELEASE,
    logLevel: env.LOG_LEVEL,
  };
}

export interface BackupConfig {
  /** The user who may swap tables. */
  readonly database: DatabaseConfig;
  /** The user who may read the tables and write only into staging schemas. */
  readonly reader: DatabaseConfig;
  readonly storage: BucketConfig;
  readonly release: string;
  /** Where the last backup is recorded; undefined: nowhere. */
  readonly folder: string | undefined;
}

/** The settings of a backup and a restore. Throws like `serverConfig`. */
export function backupConfig(environment: NodeJS.ProcessEnv = process.env): BackupConfig {
  const env = parse(z.intersection(backupVariables, databaseVariables), environment);
  const database = databaseOf(env);
  return {
    database,
    reader: { ...database, user: env.MYSQL_BACKUP_USER, password: env.MYSQL_BACKUP_PASSWORD },
    storage: bucketOf(env),
    release: env.RELEASE,
    folder: env.BACKUP_FOLDER,
  };
}

/** The database's settings, for a program that needs nothing else. Throws like `serverConfig`. */
export function databaseConfig(environment: NodeJS.ProcessEnv = process.env): DatabaseConfig {
  return databaseOf(parse(databaseVariables, environment));
}

export function databaseOf(env: z.infer<typeof databaseVariables>): DatabaseConfig {
  return {
    socketPath: env.MYSQL_SOCKET,
    host: env.MYSQL_HOST,
    port: env.MYSQL_PORT,
    user: env.MYSQL_USER,
    password: env.MYSQL_PASSWORD,
    database: env.MYSQL_DATABASE,
  };
}

function bucketOf(env: Pick<z.infer<typeof backupVariables>, keyof typeof bucketVariables>): BucketConfig {
  return { bucket: env.BUCKET, region: env.AWS_REGION, endpoint: env.AWS_ENDPOINT_URL_S3 };
}
