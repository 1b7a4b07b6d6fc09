import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { purge } from "../../../src/adapters/mysql/purge.ts";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../../../src/adapters/mysql/challenges.ts";
import { mysqlFactors } from "../../../src/adapters/mysql/factors.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { openSession, refreshIdleMs } from "../../../src/domain/session.ts";
import { after } from "../../../src/domain/time.ts";
import { holderOf } from "../../contract/fixtures.ts";
import { createDatabase } from "../../store.ts";
import { timeOf, within } from "../../within.ts";
import { rawMysql } from "./stores.ts";

const now = new Date("2026-06-01T00:00:00.000Z");
const client = { address: undefined, userAgent: undefined };

let database: Awaited<ReturnType<typeof createDatabase>>;
let accountId: string;

jest.setTimeout(120_000);

beforeAll(async () => {
  database = await createDatabase();
  accountId = await newAccount();
});
afterAll(() => database.drop());

/** A sign-in removes expired sessions of its own account, so the purge must find those of other accounts. */
const newAccount = () => rawMysql(database.pool).addAccount();

/** Fills a table with that many copies of a row; each gets its own `id`. */
async function fill(
  table: string,
  columns: readonly string[],
  count: number,
  values: readonly (string | number | Date)[],
): Promise<void> {
  const connection = await database.pool.getConnection();
  // As MariaDB names it, and as MySQL does.
  await connection.query("SET SESSION max_recursive_iterations = 1000000").catch(() => undefined);
  await connection.query("SET SESSION cte_max_recursion_depth = 1000000").catch(() => undefined);
  const numbers = `WITH RECURSIVE seq AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM seq WHERE n < ${count})`;
  const places = columns.map(() => "?").join(", ");
  const sql = `INSERT INTO ${table} (id, ${columns.join(", ")}) ${numbers} SELECT UUID(), ${places} FROM seq`;
  await connection.query(sql, [...values]);
  connection.release();
}

async function fillSessions(count: number, endsAt: Date): Promise<void> {
  const columns = ["account_id", "current_hash", "created_at", "rotated_at", "idle_ends_at", "ends_at"];
  await fill("sessions", columns, count, [accountId, "0".repeat(64), endsAt, endsAt, endsAt, endsAt]);
}

/** Of 99 in 100. */
const longest = (timesMs: number[]) => timesMs.toSorted((a, b) => a - b)[Math.floor(timesMs.length * 0.99)]!;

async function count(table: string): Promise<number> {
  const [rows] = await database.pool.query<RowDataPacket[]>(`SELECT COUNT(*) AS count FROM ${table}`);
  return rows[0]?.["count"];
}

describe("purging", () => {
  test("SESS-14 100,000 expired sessions are removed, and no other statement waits for a lock over 100 ms", async () => {
    await within(100, async () => {
      await fillSessions(100_000, after(now, -1000));
      const sessions = mysqlSessions(database.pool);
      const holder = { id: randomUUID(), accountId: await newAccount(), proofs: [] };
      const live = openSession({ ...holder, credentialVersion: 0, current: "1".repeat(64), at: now, client });
      await sessions.add(live);
      let purging = true;
      const removed = purge(database.pool, now).finally(() => (purging = false));
      const accounts = mysqlAccounts(database.pool);
      /** Of statements that change a session, and of ones that change what the purge does not touch: as slow, without locks. */
      const [timesMs, othersMs]: [number[], number[]] = [[], []];
      let from = live.current;
      for (let step = 0; purging; step += 1) {
        const to = String(step).padStart(64, "a");
        const at = after(now, step);
        const idleEndsAt = after(at, refreshIdleMs);
        const rotation = { from, to, credentialVersion: 0, currentSince: at, at, idleEndsAt };
        timesMs.push(await timeOf(() => sessions.rotate({ ...holderOf(live), ...rotation })));
        othersMs.push(await timeOf(() => accounts.replaceProfile(accountId, { username: to.slice(32) })));
        from = to;
      }
      expect(await removed).toMatchObject({ sessions: 100_000, codes: 0, limits: 0 });
      expect(await count("sessions")).toBe(1);
      await sessions.remove(holderOf(live));
      expect(timesMs.length).toBeGreaterThan(10);
      return longest(timesMs) - longest(othersMs);
    });
  });

  test("SESS-14 finds expired rows by an index", async () => {
    await fillSessions(2_000, after(now, 10 * refreshIdleMs));
    // Rebuilds it: estimates count rows that were removed until the server has purged them, which may take a while.
    await database.pool.query("OPTIMIZE TABLE sessions");
    for (const column of ["idle_ends_at", "ends_at"]) {
      const sql = `EXPLAIN DELETE FROM sessions WHERE ${column} <= '2026-06-01' LIMIT 500`;
      const [[plan]] = await database.pool.query<RowDataPacket[]>(sql);
      expect(plan).toMatchObject({ type: "range", key: `sessions_${column}` });
    }
  });

  test("MFA-25 100,000 challenges that are over are removed by an index, and no sign-in waits for a lock over 100 ms", async () => {
    await within(100, async () => {
      await fill("challenges", ["account_id", "credential_version", "proofs", "ends_at"], 100_000, [
        ...[accountId, 0, "password", after(now, -1000)],
      ]);
      const challenges = mysqlChallenges(database.pool);
      const accounts = mysqlAccounts(database.pool);
      const owner = await newAccount();
      let purging = true;
      const removed = purge(database.pool, now).finally(() => (purging = false));
      const [timesMs, othersMs]: [number[], number[]] = [[], []];
      let last = "";
      for (let step = 0; purging; step += 1) {
        last = randomUUID();
        const facts = { id: last, accountId: owner, credentialVersion: 0, proofs: ["password"] as const };
        const signIn = { ...facts, endsAt: after(now, 1000 + step) };
        timesMs.push(await timeOf(() => challenges.add(signIn, now)));
        timesMs.push(await timeOf(() => challenges.takeTry(signIn, now)));
        othersMs.push(await timeOf(() => accounts.replaceProfile(accountId, { username: last })));
      }
      expect(await removed).toMatchObject({ challenges: 100_000 });
      expect(await count("challenges")).toBeLessThanOrEqual(5);
      expect(await challenges.get({ id: last, accountId: owner }, now)).toBeDefined();
      expect(timesMs.length).toBeGreaterThan(10);
      await challenges.removeOfAccount(owner);
      return longest(timesMs) - longest(othersMs);
    });
  });

  test("SESS-14 removes challenges and enrolments that are over, found by an index", async () => {
    const [challenges, factors] = [mysqlChallenges(database.pool), mysqlFactors(database.pool)];
    for (const endsAt of [now, after(now, 1)]) {
      const accountId = await newAccount();
      const facts = { id: randomUUID(), accountId, credentialVersion: 0, proofs: ["password"] as const };
      await challenges.add({ ...facts, endsAt }, after(now, -1));
      await factors.enrol(accountId, { id: randomUUID(), secret: "sealed", endsAt });
    }
    expect(await purge(database.pool, now)).toMatchObject({ challenges: 1, totp_enrolments: 1 });
    for (const table of ["challenges", "totp_enrolments"]) {
      expect(await count(table)).toBe(1);
      const sql = `EXPLAIN DELETE FROM ${table} WHERE ends_at <= '2026-06-01' LIMIT 500`;
      const [[plan]] = await database.pool.query<RowDataPacket[]>(sql);
      expect(plan?.["possible_keys"]).toContain(`${table}_ends_at`);
    }
  });

  test("removes a session after 90 days even if it was used, and one that was idle for too long", async () => {
    const sessions = mysqlSessions(database.pool);
    const added = async (endsAt: Date, idleEndsAt: Date) => {
      const holder = { id: randomUUID(), accountId: await newAccount(), proofs: [] };
      const session = openSession({
        ...holder,
        credentialVersion: 0,
        current: "1".repeat(64),
        at: after(now, -5_000),
        client,
      });
      await sessions.add({ ...session, endsAt, idleEndsAt });
      return session;
    };
    const [soon, past] = [after(now, 1), after(now, -1)];
    await added(past, soon);
    await added(soon, past);
    const live = await added(soon, soon);
    expect(await purge(database.pool, now)).toMatchObject({ sessions: 2 });
    expect(await sessions.get(holderOf(live))).toBeDefined();
  });

  test("removes expired codes and limits, and keeps the rest", async () => {
    const code = "INSERT INTO codes (account_id, purpose, hash, expires_at) VALUES (?, ?, ?, ?)";
    await database.pool.execute(code, [accountId, "reset", "0".repeat(64), now]);
    await database.pool.execute(code, [accountId, "confirm", "0".repeat(64), after(now, 1)]);
    const limit = "INSERT INTO limits (id, used, free_at, forget_at) VALUES (?, 1, 0, ?)";
    await database.pool.execute(limit, ["old", now.getTime()]);
    await database.pool.execute(limit, ["new", now.getTime() + 1]);
    expect(await purge(database.pool, now)).toMatchObject({ codes: 1, limits: 1 });
    expect([await count("codes"), await count("limits")]).toEqual([1, 1]);
  });
});
