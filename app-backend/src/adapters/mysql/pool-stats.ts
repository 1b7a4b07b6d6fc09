import type { Pool } from "mysql2/promise";

/** How many connections of a pool are in use, and how many requests wait for one. */
export interface PoolUse {
  inUse: number;
  waiting: number;
}

const uses = new WeakMap<Pool, PoolUse>();

/** Live statistics of a pool. The driver has them only in private fields. */
export function poolStats(pool: Pool): PoolUse {
  const use = uses.get(pool) ?? { inUse: 0, waiting: 0 };
  uses.set(pool, use);
  return use;
}
