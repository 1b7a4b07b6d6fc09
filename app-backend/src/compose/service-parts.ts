import type { DestinationStream } from "pino";
import { closePool, openPool } from "../adapters/mysql/pool.ts";
import { poolStats } from "../adapters/mysql/pool-stats.ts";
import { prometheusMetrics } from "../adapters/prometheus/metrics.ts";
import { openRedis } from "../adapters/redis/client.ts";
import type { ServiceConfig } from "../config/services.ts";
import { currentRequest } from "../http/request-log.ts";
import { openLog } from "../log.ts";

/** What each service opens: its log, a pool of its own database, Redis and metrics. */
export function openParts(config: ServiceConfig, logTo: DestinationStream | undefined) {
  const log = openLog(config.logLevel, { context: currentRequest, destination: logTo });
  const pool = openPool(config.database);
  const redis = openRedis(config.redis, { onFault: (err) => log.warn({ err }, "Redis is away") });
  const metrics = prometheusMetrics({
    release: config.release,
    poolStats: poolStats(pool),
    ofProcess: config.metrics !== undefined,
  });

  async function close(): Promise<void> {
    redis.close();
    await closePool(pool);
  }

  return { log, pool, redis, metrics, close };
}
