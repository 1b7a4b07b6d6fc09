import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { after } from "../../../src/domain/session.ts";
import type { Limits } from "../../../src/ports/limits.ts";
import { createDatabase } from "../../store.ts";

const start = new Date("2026-01-01T00:00:00.000Z");
const rule = { name: "test", free: 3, delayMs: 1000, maxDelayMs: 5000, forgetMs: 60_000 };

let database: Awaited<ReturnType<typeof createDatabase>>;
let limits: Limits;

beforeAll(async () => {
  database = await createDatabase();
  limits = mysqlLimits(database.pool);
});
afterAll(() => database.drop());

/** Waits of so many tries, each at the earliest time that it may be. */
async function waits(subject: string, tries: number): Promise<number[]> {
  const found: number[] = [];
  let at = start;
  for (let count = 0; count < tries; count += 1) {
    const waitMs = await limits.take(rule, subject, at);
    found.push(waitMs);
    at = after(at, waitMs);
  }
  return found;
}

describe("limits in MySQL", () => {
  test("let a number of tries pass, then ask for delays that double up to the longest", async () => {
    expect(await waits(randomUUID(), 11)).toEqual([0, 0, 0, 1000, 0, 2000, 0, 4000, 0, 5000, 0]);
  });

  test("AUTH-12 at the limit exactly as many of parallel tries pass, whatever their clocks say", async () => {
    for (let round = 0; round < 20; round += 1) {
      const subject = randomUUID();
      const tries = Array.from({ length: 8 }, (_, index) =>
        limits.take(rule, subject, after(start, index % 3)),
      );
      expect((await Promise.all(tries)).filter((waitMs) => waitMs === 0)).toHaveLength(3);
    }
  });

  test("forget who has been quiet for long enough", async () => {
    const subject = randomUUID();
    await waits(subject, 3);
    expect(await limits.take(rule, subject, after(start, 59_000))).toBe(0);
    expect(await limits.take(rule, subject, after(start, 59_001))).toBeGreaterThan(0);
    expect(await limits.take(rule, subject, after(start, 120_000))).toBe(0);
    expect(await limits.take(rule, subject, after(start, 120_000))).toBe(0);
  });

  test("give back a try, and clear all", async () => {
    const subject = randomUUID();
    await waits(subject, 3);
    await limits.giveBack(rule, subject);
    expect(await limits.take(rule, subject, start)).toBe(0);
    expect(await limits.take(rule, subject, start)).toBe(1000);
    await limits.clear(rule, subject);
    expect(await limits.take(rule, subject, start)).toBe(0);
  });

  test("of one rule and subject touch no other", async () => {
    const subject = randomUUID();
    await waits(subject, 3);
    expect(await limits.take({ ...rule, name: "other" }, subject, start)).toBe(0);
    expect(await limits.take(rule, randomUUID(), start)).toBe(0);
  });

  test("are kept without the address they are about", async () => {
    await limits.take(rule, "ada@example.org", start);
    const [rows] = await database.pool.query<RowDataPacket[]>("SELECT id FROM limits");
    expect(rows.every(({ id }) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
  });
});
