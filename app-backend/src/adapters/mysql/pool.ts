import { setTimeout as sleep } from "node:timers/promises";
import {
  createPool,
  type Pool,
  type PoolConnection,
  type PoolOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from "mysql2/promise";
import { databaseError, DatabaseTimeout, isAway, isConflict } from "./database-error.ts";
import { poolStats } from "./pool-stats.ts";

/** How to reach the database: by socket, or by host and port. */
export interface DatabaseConfig {
  readonly socketPath?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

// Together below the 3 seconds after which a person is told that the database is away.
const connectTimeoutMs = 1_000;
const waitTimeoutMs = 1_400;
const statementTimeoutMs = 1_400;

const maxTries = 4;
const maxPauseMs = 50;
/** So long after the first try another one may begin. */
const triesMs = 1_500;
/** The least that MySQL knows. The server gives up before we do: what we no longer wait for has no effect later. */
const lockWaitSeconds = 1;

/** What the driver is told for a pool and for a single connection alike: times are UTC, text is all of Unicode. */
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
    connectTimeout: connectTimeoutMs,
  } as PoolOptions;
}

export function openPool(config: DatabaseConfig): Pool {
  // How long requests may wait is limited, not how many: they come in a crowd after a restart.
  const pool = createPool({ ...driverOptions(config), connectionLimit: 8, maxIdle: 8, queueLimit: 1024 });
  pool.pool.on("connection", (connection) => {
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${lockWaitSeconds}`, () => undefined);
  });
  return pool;
}

type Value = string | number | boolean | Date | null;

/** Runs prepared statements on one connection. */
export interface Statements {
  /** The rows of a SELECT. */
  select<Row>(sql: string, values: Value[]): Promise<Row[]>;
  /** How many rows a statement matched. */
  change(sql: string, values: Value[]): Promise<number>;
}

/** As `Statements.select`, on a connection of the pool. */
export function select<Row>(pool: Pool, sql: string, values: Value[]): Promise<Row[]> {
  return onConnection(pool, (statements) => statements.select(sql, values));
}

/** As `Statements.change`, on a connection of the pool. */
export function change(pool: Pool, sql: string, values: Value[]): Promise<number> {
  return onConnection(pool, (statements) => statements.change(sql, values));
}

/** All statements of `work`, or none. It may run several times: what it does beside them has to bear that. */
export function transaction<Result>(
  pool: Pool,
  work: (statements: Statements) => Promise<Result>,
): Promise<Result> {
  return onConnection(pool, async (statements, connection) => {
    await inTime(connection.query("START TRANSACTION"), statementTimeoutMs);
    try {
      const result = await work(statements);
      await inTime(connection.query("COMMIT"), statementTimeoutMs);
      return result;
    } catch (error) {
      await inTime(connection.query("ROLLBACK"), statementTimeoutMs).catch(() => undefined);
      throw error;
    }
  });
}

type Work<Result> = (statements: Statements, connection: PoolConnection) => Promise<Result>;

/** Gives `work` a connection; what lost a conflict of locks has had no effect and is done again after a short pause. */
async function onConnection<Result>(pool: Pool, work: Work<Result>): Promise<Result> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt(pool, work);
    } catch (error) {
      const isLate = tries === maxTries || performance.now() - startedAt > triesMs;
      if (!isConflict(error) || isLate) return databaseError(error);
    }
    await sleep(Math.random() * maxPauseMs * tries);
  }
}

async function attempt<Result>(pool: Pool, work: Work<Result>): Promise<Result> {
  const connection = await connectionOf(pool);
  const use = poolStats(pool);
  use.lent += 1;
  try {
    const result = await work(statementsOn(connection), connection);
    connection.release();
    return result;
  } catch (error) {
    // After a timeout the answer may still come, and would be taken for that of the next statement. What the server has
    // ended, or serves badly, is of no further use either.
    const isUsable = error instanceof Error && "sqlState" in error && (isConflict(error) || !isAway(error));
    if (isUsable) connection.release();
    else connection.destroy();
    throw error;
  } finally {
    use.lent -= 1;
  }
}

/** A connection, unless none is free for too long: the pool itself would wait for ever. */
async function connectionOf(pool: Pool): Promise<PoolConnection> {
  const wanted = pool.getConnection();
  const use = poolStats(pool);
  use.waiting += 1;
  try {
    return await inTime(wanted, waitTimeoutMs);
  } catch (error) {
    wanted.then((connection) => connection.release()).catch(() => undefined);
    throw error;
  } finally {
    use.waiting -= 1;
  }
}

/** The driver's own timeouts leave out the preparing of a statement. */
function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DatabaseTimeout(`no answer within ${timeoutMs} ms`));
    // Where this process itself was held up, the answer may be here, unread: it is read before what is late is.
    const timer = setTimeout(() => setImmediate(late), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function statementsOn(connection: PoolConnection): Statements {
  return {
    async select<Row>(sql: string, values: Value[]) {
      const rows = connection.execute<(Row & RowDataPacket)[]>(sql, values);
      return (await inTime(rows, statementTimeoutMs))[0];
    },
    async change(sql, values) {
      const result = connection.execute<ResultSetHeader>(sql, values);
      return (await inTime(result, statementTimeoutMs))[0].affectedRows;
    },
  };
}
