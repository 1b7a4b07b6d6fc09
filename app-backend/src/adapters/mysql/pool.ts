import { setTimeout as sleep } from "node:timers/promises";
import {
  createPool,
  type Pool,
  type PoolConnection,
  type PoolOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import { databaseError, DatabaseTimeout, isAway, isConflict } from "./database-error.ts";
import { poolStats } from "./pool-stats.ts";

/** Connection settings of the database: by socket, or by host and port. */
export interface DatabaseConfig {
  readonly socketPath?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /**
   * By what all deadlines are multiplied, for a database on a machine that is busy with something else.
   * @default 1
   */
  readonly patience?: number;
}

// With a patience of 1 together below the 3 seconds after which a request fails because the database is unreachable.
const connectTimeoutMs = 1_000;
const waitTimeoutMs = 1_400;
const statementTimeoutMs = 1_400;

const maxTries = 4;
const maxPauseMs = 50;
/** A retry may begin this long after the first attempt. */
const triesMs = 1_500;
/** The smallest value that MySQL has. The server gives up before we do: a statement that timed out has no later effect. */
const lockWaitSeconds = 1;

/** Options for a pool and for a single connection: times are UTC, text is full Unicode. */
export function driverOptions(config: DatabaseConfig): PoolOptions {
  const { socketPath, host, port, user, password, database } = config;
  const place = socketPath ? { socketPath } : { host, port };
  return {
    ...place,
    user,
    password,
    database,
    charset: "utf8mb4_unicode_ci",
    timezone: "Z",
    connectTimeout: connectTimeoutMs * (config.patience ?? 1),
  } as PoolOptions;
}

export function openPool(config: DatabaseConfig): Pool {
  // The waiting time of requests is limited, not their number: after a restart many come at once.
  const pool = createPool({ ...driverOptions(config), connectionLimit: 8, maxIdle: 8, queueLimit: 1024 });
  pool.pool.on("connection", (connection) => {
    const seconds = Math.ceil(lockWaitSeconds * patienceOf(pool));
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${seconds}`, () => undefined);
  });
  patiences.set(pool, config.patience ?? 1);
  return pool;
}

const patiences = new WeakMap<Pool, number>();
const patienceOf = (pool: Pool) => patiences.get(pool) ?? 1;

/** Ends the connections. Does not wait for those of a server that is away: they end with the process. */
export async function closePool(pool: Pool): Promise<void> {
  await inTime(pool.end(), statementTimeoutMs).catch(() => undefined);
}

export type Value = string | number | boolean | Date | null;

/** Runs prepared statements on one connection. */
export interface Statements {
  /** The rows of a SELECT. */
  select<Row>(sql: string, values: Value[]): Promise<Row[]>;
  /** How many rows a statement matched. */
  change(sql: string, values: Value[]): Promise<number>;
}

/** Like `Statements.select`, on a connection of the pool. */
export function select<Row>(pool: Pool, sql: string, values: Value[]): Promise<Row[]> {
  return onConnection(pool, (statements) => statements.select(sql, values));
}

/** Like `Statements.change`, on a connection of the pool. */
export function change(pool: Pool, sql: string, values: Value[]): Promise<number> {
  return onConnection(pool, (statements) => statements.change(sql, values));
}

/** Runs `work` in a transaction. It may run several times: its other effects must be repeatable. */
export function transaction<Result>(
  pool: Pool,
  work: (statements: Statements) => Promise<Result>,
): Promise<Result> {
  const timeoutMs = statementTimeoutMs * patienceOf(pool);
  return onConnection(pool, async (statements, connection) => {
    await inTime(connection.query("START TRANSACTION"), timeoutMs);
    try {
      const result = await work(statements);
      await inTime(connection.query("COMMIT"), timeoutMs);
      return result;
    } catch (error) {
      await inTime(connection.query("ROLLBACK"), timeoutMs).catch((cause: unknown) => {
        if (error instanceof AppError) throw cause; // the connection may still be in the transaction
      });
      throw error;
    }
  });
}

type Work<Result> = (statements: Statements, connection: PoolConnection) => Promise<Result>;

/** Runs `work` with a connection; after a lock conflict, which has no effect, it is retried after a short pause. */
async function onConnection<Result>(pool: Pool, work: Work<Result>): Promise<Result> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(pool, work);
    } catch (error) {
      const isLate = tries === maxTries || performance.now() - startedAt > triesMs * patienceOf(pool);
      if (!isConflict(error) || isLate) return databaseError(error);
    }
    await sleep(Math.random() * maxPauseMs * tries);
  }
}

async function attempt<Result>(pool: Pool, work: Work<Result>): Promise<Result> {
  const connection = await connectionOf(pool);
  const use = poolStats(pool);
  use.inUse += 1;
  try {
    const result = await work(statementsOn(connection, statementTimeoutMs * patienceOf(pool)), connection);
    connection.release();
    return result;
  } catch (error) {
    // After a timeout the reply may still come, and would be taken for that of the next statement. A connection that the
    // server has closed or that fails is not reused either.
    const isOfServer = error instanceof Error && "sqlState" in error;
    const isUsable = error instanceof AppError || (isOfServer && (isConflict(error) || !isAway(error)));
    if (isUsable) connection.release();
    else connection.destroy();
    throw error;
  } finally {
    use.inUse -= 1;
  }
}

/** A connection; throws if none becomes free in time: the pool itself would wait forever. */
async function connectionOf(pool: Pool): Promise<PoolConnection> {
  const wanted = pool.getConnection();
  const use = poolStats(pool);
  use.waiting += 1;
  try {
    return await inTime(wanted, waitTimeoutMs * patienceOf(pool));
  } catch (error) {
    wanted.then((connection) => connection.release()).catch(() => undefined);
    throw error;
  } finally {
    use.waiting -= 1;
  }
}

/** The driver's own timeouts do not cover preparing a statement. */
function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DatabaseTimeout(`no answer within ${timeoutMs} ms`));
    // If this process itself was blocked, the reply may have arrived unread: it is read before the timeout counts.
    const timer = setTimeout(() => setImmediate(late), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function statementsOn(connection: PoolConnection, timeoutMs: number): Statements {
  return {
    async select<Row>(sql: string, values: Value[]) {
      const rows = connection.execute<(Row & RowDataPacket)[]>(sql, values);
      return (await inTime(rows, timeoutMs))[0];
    },
    async change(sql, values) {
      const result = connection.execute<ResultSetHeader>(sql, values);
      return (await inTime(result, timeoutMs))[0].affectedRows;
    },
  };
}
