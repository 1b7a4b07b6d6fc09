import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pool, PoolConnection, RowDataPacket } from "mysql2/promise";
import { change, openPool, type Statements, transaction } from "../../../src/adapters/mysql/pool.ts";
import { AppError } from "../../../src/domain/app-error.ts";
import { createDatabase } from "../../store.ts";
import { timeOf, within } from "../../within.ts";

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = openPool(database.config);
  await database.pool.query("CREATE TABLE counters (id INT PRIMARY KEY, value INT NOT NULL)");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query("REPLACE INTO counters VALUES (1, 0), (2, 0)");
});

const add = "UPDATE counters SET value = value + 1 WHERE id = ?";

async function values(): Promise<number[]> {
  const [rows] = await database.pool.query<RowDataPacket[]>("SELECT value FROM counters ORDER BY id");
  return rows.map((row) => row["value"] as number);
}

/** Another connection that locks a row until it is released. */
async function hold(id: number): Promise<{ connection: PoolConnection; close: () => Promise<void> }> {
  const connection = await database.pool.getConnection();
  await connection.query("START TRANSACTION");
  await connection.query("SELECT * FROM counters WHERE id = ? FOR UPDATE", [id]);
  const close = async () => {
    await connection.query("ROLLBACK");
    connection.release();
  };
  return { connection, close };
}

describe("REL-04", () => {
  test("of two that deadlock (1213) each takes effect once", async () => {
    let runs = 0;
    const both = (first: number, second: number) => async (statements: Statements) => {
      runs += 1;
      await statements.change(add, [first]);
      await sleep(100);
      await statements.change(add, [second]);
    };
    await Promise.all([transaction(pool, both(1, 2)), transaction(pool, both(2, 1))]);
    expect(runs).toBeGreaterThan(2);
    expect(await values()).toEqual([2, 2]);
  });

  test("ten crossing transactions all take effect, once each", async () => {
    const crossing = Array.from({ length: 10 }, (_, index) =>
      transaction(pool, async (statements) => {
        await statements.change(add, [1 + (index % 2)]);
        await statements.change(add, [2 - (index % 2)]);
      }).then(
        () => 1,
        () => 0, // lost four times: reported, and without effect
      ),
    );
    const done = (await Promise.all(crossing)).reduce((sum: number, one) => sum + one, 0);
    expect(await values()).toEqual([done, done]);
    expect(done).toBeGreaterThan(0);
  });

  test("a statement that waited too long for a lock (1205) is retried, and takes effect once", async () => {
    const { close } = await hold(1);
    let runs = 0;
    const waiting = transaction(pool, async (statements) => {
      runs += 1;
      await statements.change(add, [2]); // only the statement that waits is undone by the server
      await statements.change(add, [1]);
    });
    await sleep(1_250);
    await close();
    await waiting;
    expect(runs).toBe(2);
    expect(await values()).toEqual([1, 1]);
  });

  test("a lock that is never released is reported as unavailable within 3 s, and the statement has no effect later", async () => {
    const refused = () => expect(change(pool, add, [1])).rejects.toMatchObject({ code: "unavailable" });
    await within(3_000, async () => {
      const { close } = await hold(1);
      const ms = await timeOf(refused);
      await close();
      await sleep(300);
      expect(await values()).toEqual([0, 0]);
      return ms;
    });
  });
});

test("what is refused within a transaction has no effect, and costs no connection", async () => {
  await change(pool, add, [1]);
  const opened: unknown[] = [];
  pool.pool.on("connection", (connection) => opened.push(connection));
  const refused = async (statements: Statements) => {
    await statements.change(add, [1]);
    throw new AppError("quota_exceeded", "refused");
  };
  for (let count = 0; count < 5; count += 1)
    await expect(transaction(pool, refused)).rejects.toMatchObject({ code: "quota_exceeded" });
  expect(opened).toEqual([]);
  expect(await values()).toEqual([1, 0]);
});

test("a reply that arrived while this process was blocked is used, not reported as late", async () => {
  await change(pool, add, [1]); // what follows needs no connection to be made
  const answer = change(pool, add, [1]);
  for (let tick = 0; tick < 50; tick += 1) await new Promise((next) => process.nextTick(next)); // it is sent now
  for (const heldUpUntil = performance.now() + 1_800; performance.now() < heldUpUntil;);
  expect(await answer).toBe(1);
});
