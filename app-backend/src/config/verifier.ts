import { z } from "zod";
import type { PoolConfig } from "../adapters/cognito/client.ts";
import type { DatabaseConfig } from "../adapters/mysql/pool.ts";
import type { RedisConfig } from "../adapters/redis/client.ts";
import type { Keyring } from "../domain/keyring.ts";
import type { Address } from "../process/serve-metrics.ts";
import type { ListenTarget } from "../process/serve.ts";
import { databaseConfig } from "./ec2.ts";
import { redisConfig } from "./redis.ts";
import {
  address,
  formerSecrets,
  keysUrl,
  logLevel,
  parse,
  port,
  required,
  secret,
  withFiles,
} from "./values.ts";

const text = z.string().min(1).optional();

const variables = z
  .object({
    PORT: port.default(3001),
    LISTEN_HOST: required.default("127.0.0.1"),
    KEYS_URL: keysUrl.optional(),
    ACCESS_TOKEN_SECRET: secret.optional(),
    FORMER_ACCESS_TOKEN_SECRETS: formerSecrets,
    AWS_REGION: text,
    USER_POOL_ID: text,
    USER_POOL_CLIENT_ID: text,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.url("is not a URL").optional(),
    MYSQL_DATABASE: text,
    REDIS_HOST: text,
    METRICS_LISTEN: address,
    RELEASE: z.string().default("dev"),
    LOG_LEVEL: logLevel,
  })
  .refine((env) => !(env.KEYS_URL && env.ACCESS_TOKEN_SECRET), {
    path: ["KEYS_URL"],
    error: "and ACCESS_TOKEN_SECRET are two ways to the same tokens: set one",
  })
  .refine((env) => env.KEYS_URL ?? env.ACCESS_TOKEN_SECRET ?? env.USER_POOL_ID, {
    path: ["KEYS_URL"],
    error: "is missing, and so are ACCESS_TOKEN_SECRET and USER_POOL_ID",
  })
  .refine((env) => !env.USER_POOL_ID || (env.AWS_REGION && env.USER_POOL_CLIENT_ID), {
    path: ["USER_POOL_ID"],
    error: "needs AWS_REGION and USER_POOL_CLIENT_ID",
  })
  .refine((env) => !(env.MYSQL_DATABASE && env.REDIS_HOST), {
    path: ["REDIS_HOST"],
    error: "and MYSQL_DATABASE are two places to ask for sessions: set one",
  });

/** Each may be given by a file. */
const secretNames = [
  "ACCESS_TOKEN_SECRET",
  "FORMER_ACCESS_TOKEN_SECRETS",
  "MYSQL_PASSWORD",
  "REDIS_PASSWORD",
];

export interface VerifierConfig {
  readonly place: ListenTarget;
  /** How to read tokens of the application: by its public keys, or by its secrets. Undefined: they are refused. */
  readonly own: { readonly keysUrl: string } | { readonly secrets: Keyring<Buffer> } | undefined;
  /** Whose tokens are read too. */
  readonly pool: PoolConfig | undefined;
  /** Where sessions of the application are asked for. */
  readonly database: DatabaseConfig | undefined;
  /** Where ends of its sessions are asked for. With neither, its tokens count until they expire. */
  readonly redis: RedisConfig | undefined;
  /** Where to serve metrics. Undefined: they are not served. */
  readonly metrics: Address | undefined;
  readonly release: string;
  readonly logLevel: string;
}

/** The verifier's settings from the environment. Throws one error that lists every fault. */
export function verifierConfig(environment: NodeJS.ProcessEnv = process.env): VerifierConfig {
  const given = withFiles(environment, secretNames);
  const env = parse(variables, given);
  const { AWS_REGION: region, USER_POOL_ID: userPoolId, USER_POOL_CLIENT_ID: clientId } = env;
  const endpoint = env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
  return {
    place: { port: env.PORT, host: env.LISTEN_HOST },
    own: ownOf(env),
    pool: region && userPoolId && clientId ? { region, userPoolId, clientId, endpoint } : undefined,
    database: env.MYSQL_DATABASE ? databaseConfig(given) : undefined,
    redis: env.REDIS_HOST ? redisConfig(given) : undefined,
    metrics: env.METRICS_LISTEN,
    release: env.RELEASE,
    logLevel: env.LOG_LEVEL,
  };
}

function ownOf(env: z.output<typeof variables>): VerifierConfig["own"] {
  if (env.KEYS_URL) return { keysUrl: env.KEYS_URL };
  const { ACCESS_TOKEN_SECRET: current, FORMER_ACCESS_TOKEN_SECRETS: former } = env;
  return current && { secrets: { current, former } };
}
