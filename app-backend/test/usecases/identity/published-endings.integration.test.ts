import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlEndedSessions } from "../../../src/adapters/mysql/ended-sessions.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { openRedis, type Redis } from "../../../src/adapters/redis/client.ts";
import { redisRevocations } from "../../../src/adapters/redis/revocations.ts";
import { openPublisher } from "../../../src/compose/publisher.ts";
import { after } from "../../../src/domain/time.ts";
import type { FillableRevocations } from "../../../src/ports/revocations.ts";
import type { Sessions } from "../../../src/ports/sessions.ts";
import { publishedEndings, publishingSessions } from "../../../src/usecases/identity/published-endings.ts";
import { holderOf, someSession } from "../../contract/fixtures.ts";
import { eventually } from "../../eventually.ts";
import { startOwnRedis } from "../../redis.ts";
import { createDatabase } from "../../store.ts";
import { timeOf, within } from "../../within.ts";
import { rawMysql } from "../../adapters/mysql/stores.ts";

let database: Awaited<ReturnType<typeof createDatabase>>;
let server: Awaited<ReturnType<typeof startOwnRedis>>;
let redis: Redis;
/** As another service sees them. */
let revocations: FillableRevocations;
let sessions: Sessions;
let time = new Date();
const now = () => time;
const hourMs = 3_600_000;

beforeAll(async () => {
  [database, server] = await Promise.all([createDatabase(), startOwnRedis()]);
  redis = openRedis(server.config, { onFault: () => undefined });
  revocations = redisRevocations(redis);
  sessions = mysqlSessions(database.pool, { recordedBy: now });
});
afterAll(async () => {
  redis.close();
  await Promise.all([server.kill(), database.drop()]);
});

/** What runs beside the login service; two of them as two replicas do. */
let logins: { publish(): Promise<void>; backlog(): number; close(): Promise<void> }[];
async function begin(): Promise<void> {
  logins = [];
  await database.pool.query("DELETE FROM ended_sessions");
}
const end = () => Promise.all(logins.map((login) => login.close()));
beforeEach(begin);
afterEach(end);

function startLogin() {
  const own = openRedis(server.config, { onFault: () => undefined });
  const publisher = openPublisher({ pool: database.pool, redis: own, now, onFault: () => undefined });
  const login = {
    ...publisher,
    async close() {
      await publisher.close();
      own.close();
    },
  };
  logins.push(login);
  return login;
}

async function endedSessions(count: number, by: Pick<Sessions, "remove"> = sessions): Promise<string[]> {
  const accountId = await rawMysql(database.pool).addAccount();
  const all = Array.from({ length: Math.min(count, 40) }, () => someSession(accountId));
  for (const session of all) {
    await sessions.add({ ...session, idleEndsAt: after(time, hourMs), endsAt: after(time, hourMs) });
    await by.remove(holderOf(session));
  }
  const ids = all.map(({ id }) => id);
  return count > 40 ? [...ids, ...(await endedSessions(count - 40, by))] : ids;
}

async function areRefused(ids: readonly string[]): Promise<boolean> {
  const found = await Promise.allSettled(ids.map((id) => revocations.get(id, time)));
  return found.every((outcome) => outcome.status === "fulfilled" && outcome.value !== undefined);
}

async function countOf(condition: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS count FROM ended_sessions WHERE ${condition}`;
  const [[row]] = await database.pool.query<RowDataPacket[]>(sql);
  return Number(row!["count"]);
}

test("an end is published before the call that ends the session returns", async () => {
  const { publish } = startLogin();
  await eventually(
    () =>
      publish().then(
        () => true,
        () => false,
      ),
    5_000,
  );
  for (let round = 0; round < 20; round += 1) {
    const [id] = await endedSessions(1, publishingSessions(sessions, publish));
    expect(await revocations.get(id!, time)).toEqual(time);
  }
});

test("SVC-07 100 ends while Redis is away, and a login that was killed: all are refused within 5 s of both being back", async () => {
  await within(5_000, async () => {
    const first = startLogin();
    await eventually(
      () =>
        first.publish().then(
          () => true,
          () => false,
        ),
      5_000,
    );
    await server.kill();
    const ids = await endedSessions(100, publishingSessions(sessions, first.publish));
    await eventually(() => first.backlog() === 100, 5_000);
    await first.close(); // what it knew is gone
    logins = [];
    await server.start();
    const ms = await timeOf(() => {
      startLogin();
      startLogin();
      return eventually(() => areRefused(ids));
    });
    await eventually(() => logins.every((login) => login.backlog() === 0), 5_000);
    expect(await countOf("published_run = ''")).toBe(0);
    await end();
    await begin();
    return ms;
  });
});

test("SVC-07 one that stops halfway is continued by another, and none counts before all are there", async () => {
  const ids = await endedSessions(60);
  await eventually(
    () =>
      redis.send(["FLUSHALL"]).then(
        () => true,
        () => false,
      ),
    5_000,
  );
  const faulty = { ...revocations, add: addsOf(25) };
  const stopped = publishedEndings({
    endedSessions: mysqlEndedSessions(database.pool),
    revocations: faulty,
    now,
  });
  await expect(stopped.publish()).rejects.toThrow("stopped");
  expect(stopped.backlog()).toBe(60);
  await expect(revocations.get(ids[0]!, time)).rejects.toMatchObject({ code: "unavailable" });
  await startLogin()
    .publish()
    .catch(() => undefined); // its connection may not be there yet
  await eventually(() => areRefused(ids), 5_000);
});

/** Adds that many, as a process that is killed then. */
function addsOf(count: number): FillableRevocations["add"] {
  let left = count;
  return async (...given) => {
    left -= 1;
    if (left < 0) throw new Error("stopped");
    await revocations.add(...given);
  };
}

test("SVC-06 a Redis that was restarted empty is filled with the last hour, and only then counts", async () => {
  const login = startLogin();
  const [old] = await endedSessions(1);
  time = after(time, hourMs / 2);
  const ids = await endedSessions(150); // more than one page
  await eventually(() => areRefused([old!, ...ids]), 5_000);
  time = after(time, hourMs / 2 + 1_000);
  await login.close();
  logins = [];
  await server.kill();
  await server.start();
  await eventually(
    () =>
      revocations.state().then(
        ({ isFilled }) => !isFilled,
        () => false,
      ),
    5_000,
  );
  await expect(revocations.get(ids[0]!, time)).rejects.toMatchObject({ code: "unavailable" });
  startLogin();
  await eventually(() => areRefused(ids), 5_000);
  expect(await revocations.get(old!, time)).toBeUndefined(); // its last token is over for long
  expect(await revocations.get(randomUUID(), time)).toBeUndefined();
  await eventually(async () => (await countOf("TRUE")) === 150, 5_000); // the old one is removed
});

test("SVC-09 a session whose tokens are signed in the millisecond of its end is refused, 100 times, and an hour of Redis' clock is its life", async () => {
  const { publish } = startLogin();
  await eventually(
    () =>
      publish().then(
        () => true,
        () => false,
      ),
    5_000,
  );
  const ids = await endedSessions(100, publishingSessions(sessions, publish));
  expect(await areRefused(ids)).toBe(true);
  const [left] = await redis.send(["PTTL", `revoked:${ids[0]}`]);
  expect(Number(left)).toBeGreaterThan(hourMs - 120_000);
});
