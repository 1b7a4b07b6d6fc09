import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { after, openSession } from "../../../src/domain/session.ts";
import type { Rotation, Sessions } from "../../../src/ports/sessions.ts";
import { createDatabase } from "../../store.ts";

const at = new Date("2026-01-01T00:00:00.123Z");
const reference = () => randomUUID().replaceAll("-", "").repeat(2);

const client = { address: "203.0.113.7", userAgent: "curl/8" };
const begin = (accountId: string) =>
  openSession({ id: randomUUID(), accountId, current: reference(), at, client });

let database: Awaited<ReturnType<typeof createDatabase>>;
let sessions: Sessions;
let accountId: string;

beforeAll(async () => {
  database = await createDatabase();
  sessions = mysqlSessions(database.pool);
});
afterAll(() => database.drop());

beforeEach(async () => {
  accountId = await addAccount(database.pool);
});

describe("sessions in MySQL", () => {
  test("a session reads back as it was added, to the millisecond", async () => {
    const session = begin(accountId);
    await sessions.add(session);
    expect(await sessions.get(session.id)).toEqual(session);
  });

  test("a session that is not there is undefined, and removing it is no error", async () => {
    expect(await sessions.get(randomUUID())).toBeUndefined();
    await expect(sessions.remove(randomUUID())).resolves.toBeUndefined();
  });

  test("rotating spends one reference for another, and remembers both", async () => {
    const session = begin(accountId);
    await sessions.add(session);
    const step = stepOf(session.id, session.current);
    expect(await sessions.rotate(step)).toBe(true);
    const { to: current, from: previous, at: rotatedAt, idleEndsAt } = step;
    expect(await sessions.get(session.id)).toEqual({ ...session, current, previous, rotatedAt, idleEndsAt });
    expect(await sessions.rotate(stepOf(session.id, session.current))).toBe(false);
  });

  test("a session that is over does not rotate", async () => {
    const session = begin(accountId);
    await sessions.add(session);
    expect(await sessions.rotate({ ...stepOf(session.id, session.current), at: session.idleEndsAt })).toBe(
      false,
    );
  });

  test("SESS-05 of 10 parallel steps from one token exactly one is taken, 100 times", async () => {
    expect(await roundsWithOneWinner(sessions.rotate)).toBe(100);
  });

  // The mutant: were this to reach 100, the test above would prove nothing.
  test("SESS-05 SELECT then UPDATE lets several steps through", async () => {
    expect(await roundsWithOneWinner(selectThenUpdate)).toBeLessThan(100);
  });

  test("removing an account's sessions leaves those of others", async () => {
    const other = begin(await addAccount(database.pool));
    const own = [1, 2].map(() => begin(accountId));
    for (const session of [other, ...own]) await sessions.add(session);
    await sessions.removeOfAccount(accountId);
    const [rows] = await database.pool.query<RowDataPacket[]>(
      "SELECT id FROM sessions WHERE account_id = ?",
      [accountId],
    );
    expect(rows).toEqual([]);
    expect(await sessions.get(other.id)).toEqual(other);
  });
});

function stepOf(sessionId: string, from: string): Rotation {
  return { sessionId, from, to: reference(), at: after(at, 1000), idleEndsAt: after(at, 2000) };
}

async function roundsWithOneWinner(rotate: Sessions["rotate"]): Promise<number> {
  let rounds = 0;
  for (let round = 0; round < 100; round++) {
    const session = begin(accountId);
    await sessions.add(session);
    const steps = Array.from({ length: 10 }, () => rotate(stepOf(session.id, session.current)));
    if ((await Promise.all(steps)).filter(Boolean).length === 1) rounds++;
  }
  return rounds;
}

async function selectThenUpdate({ sessionId, from, to }: Rotation): Promise<boolean> {
  const connection = await database.pool.getConnection();
  try {
    await connection.beginTransaction();
    const [rows] = await connection.execute<RowDataPacket[]>(
      "SELECT current_hash FROM sessions WHERE id = ?",
      [sessionId],
    );
    const isCurrent = rows[0]?.["current_hash"] === from;
    if (isCurrent)
      await connection.execute("UPDATE sessions SET current_hash = ? WHERE id = ?", [to, sessionId]);
    await connection.commit();
    return isCurrent;
  } finally {
    connection.release();
  }
}

async function addAccount(pool: Pool): Promise<string> {
  const id = randomUUID();
  await mysqlAccounts(pool).add({
    id,
    email: `${id}@example.org`,
    passwordHash: "none",
    pictureKey: "none",
    username: null,
    firstName: null,
    lastName: null,
    confirmed: false,
    createdAt: at,
  });
  return id;
}
