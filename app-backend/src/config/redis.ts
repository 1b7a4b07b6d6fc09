import { z } from "zod";
import type { RedisConfig } from "../adapters/redis/client.ts";
import { parse, port, required } from "./values.ts";

export const redisVariables = z.object({
  REDIS_HOST: required,
  REDIS_PORT: port.default(6379),
  // Without one, a server that is not bound to the loopback refuses others.
  REDIS_PASSWORD: required,
});

/** Where the Redis server is, from the environment. Throws one error that lists every fault. */
export function redisConfig(environment: NodeJS.ProcessEnv): RedisConfig {
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password } = parse(redisVariables, environment);
  return { host, port, password };
}
