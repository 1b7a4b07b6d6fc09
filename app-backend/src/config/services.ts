import { z } from "zod";
import type { DatabaseConfig } from "../adapters/mysql/pool.ts";
import type { RedisConfig } from "../adapters/redis/client.ts";
import type { Keyring } from "../domain/keyring.ts";
import type { Address } from "../process/serve-metrics.ts";
import type { ListenTarget } from "../process/serve.ts";
import { databaseOf, databaseVariables } from "./ec2.ts";
import { redisVariables } from "./redis.ts";
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

/** Of each service. In its container it is reached by others alone. */
const serviceVariables = {
  LISTEN_HOST: required.default("0.0.0.0"),
  ...redisVariables.shape,
  METRICS_LISTEN: address,
  RELEASE: z.string().default("dev"),
  LOG_LEVEL: logLevel,
};

const loginVariables = z
  .object({
    ...serviceVariables,
    PORT: port.default(8000),
    ACCESS_TOKEN_SECRET: secret,
    REFRESH_TOKEN_SECRET: secret,
    FORMER_ACCESS_TOKEN_SECRETS: formerSecrets,
    FORMER_REFRESH_TOKEN_SECRETS: formerSecrets,
  })
  .refine((env) => !env.ACCESS_TOKEN_SECRET.equals(env.REFRESH_TOKEN_SECRET), {
    path: ["REFRESH_TOKEN_SECRET"],
    error: "equals ACCESS_TOKEN_SECRET",
  });

const profileVariables = z.object({
  ...serviceVariables,
  PORT: port.default(8001),
  KEYS_URL: keysUrl,
  REVOCATIONS: z.enum(["required", "best-effort"], "is neither required nor best-effort").default("required"),
});

const ofStores = ["MYSQL_PASSWORD", "REDIS_PASSWORD"];
const ofTokens = [
  "ACCESS_TOKEN_SECRET",
  "REFRESH_TOKEN_SECRET",
  "FORMER_ACCESS_TOKEN_SECRETS",
  "FORMER_REFRESH_TOKEN_SECRETS",
];

export interface ServiceConfig {
  readonly place: ListenTarget;
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  /** Where to serve metrics. Undefined: they are not served. */
  readonly metrics: Address | undefined;
  readonly release: string;
  readonly logLevel: string;
}

export interface LoginConfig extends ServiceConfig {
  /** Key pairs are derived from them, which sign access tokens. */
  readonly accessSecrets: Keyring<Buffer>;
  readonly refreshSecrets: Keyring<Buffer>;
}

export interface ProfileConfig extends ServiceConfig {
  /** Where the public keys of access tokens are. */
  readonly keysUrl: string;
  /** Whether a request is refused while it cannot be known if its session was ended. */
  readonly revocations: "required" | "best-effort";
}

/** The settings of the login service from the environment. Throws one error that lists every fault. */
export function loginConfig(environment: NodeJS.ProcessEnv = process.env): LoginConfig {
  const variables = z.intersection(loginVariables, databaseVariables);
  const env = parse(variables, withFiles(environment, [...ofStores, ...ofTokens]));
  return {
    ...serviceOf(env),
    accessSecrets: { current: env.ACCESS_TOKEN_SECRET, former: env.FORMER_ACCESS_TOKEN_SECRETS },
    refreshSecrets: { current: env.REFRESH_TOKEN_SECRET, former: env.FORMER_REFRESH_TOKEN_SECRETS },
  };
}

/** The settings of the profile service. Throws like `loginConfig`. */
export function profileConfig(environment: NodeJS.ProcessEnv = process.env): ProfileConfig {
  const variables = z.intersection(profileVariables, databaseVariables);
  const env = parse(variables, withFiles(environment, ofStores));
  return { ...serviceOf(env), keysUrl: env.KEYS_URL, revocations: env.REVOCATIONS };
}

/** The settings of a service's database alone. Throws like `loginConfig`. */
export function serviceDatabase(environment: NodeJS.ProcessEnv = process.env): DatabaseConfig {
  return databaseOf(parse(databaseVariables, withFiles(environment, ofStores)));
}

type ServiceEnvironment = Omit<z.output<typeof profileVariables>, "KEYS_URL" | "REVOCATIONS"> &
  z.output<typeof databaseVariables>;

function serviceOf(env: ServiceEnvironment): ServiceConfig {
  return {
    place: { port: env.PORT, host: env.LISTEN_HOST },
    database: databaseOf(env),
    redis: { host: env.REDIS_HOST, port: env.REDIS_PORT, password: env.REDIS_PASSWORD },
    metrics: env.METRICS_LISTEN,
    release: env.RELEASE,
    logLevel: env.LOG_LEVEL,
  };
}
