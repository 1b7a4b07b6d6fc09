import type { Pool } from "mysql2/promise";

/** How many connections of a pool are lent, and how many requests wait for one. */
export interface PoolUse {
  lent: number;
  waiting: number;
}

const uses = new WeakMap<Pool, PoolUse>();

/** The use of a pool, which goes on counting. The driver tells it by private fields alone. */
export function poolStats(pool: Pool): PoolUse {
  const use = uses.get(pool) ?? { lent: 0, waiting: 0 };
  uses.set(pool, use);
  return use;
}
