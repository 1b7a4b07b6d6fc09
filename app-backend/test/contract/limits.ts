import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import type { Limits } from "../../src/ports/limits.ts";
import { type Open, whileOpen } from "./opened.ts";

const start = new Date("2026-01-01T00:00:00.000Z");
const rule = { name: "test", free: 3, delayMs: 1000, maxDelayMs: 5000, forgetMs: 60_000 };

export function limitsContract(open: Open<Limits>): void {
  const opened = whileOpen(open);

  /** Delays of that many attempts, each at the earliest allowed time. */
  async function waits(subject: string, tries: number): Promise<number[]> {
    const found: number[] = [];
    let at = start;
    for (let count = 0; count < tries; count += 1) {
      const waitMs = await opened().port.consume(rule, subject, at);
      found.push(waitMs);
      at = after(at, waitMs);
    }
    return found;
  }

  describe("limits", () => {
    test("let a number of tries pass, then ask for delays that double up to the longest", async () => {
      expect(await waits(randomUUID(), 11)).toEqual([0, 0, 0, 1000, 0, 2000, 0, 4000, 0, 5000, 0]);
    });

    test("AUTH-12 at the limit exactly that many of parallel attempts pass, whatever their clocks", async () => {
      for (let round = 0; round < 20; round += 1) {
        const subject = randomUUID();
        const tries = Array.from({ length: 8 }, (_, index) =>
          opened().port.consume(rule, subject, after(start, index % 3)),
        );
        expect((await Promise.all(tries)).filter((waitMs) => waitMs === 0)).toHaveLength(3);
      }
    });

    test("are cleared after a long enough pause", async () => {
      const subject = randomUUID();
      await waits(subject, 3);
      expect(await opened().port.consume(rule, subject, after(start, 59_000))).toBe(0);
      expect(await opened().port.consume(rule, subject, after(start, 59_001))).toBeGreaterThan(0);
      expect(await opened().port.consume(rule, subject, after(start, 120_000))).toBe(0);
      expect(await opened().port.consume(rule, subject, after(start, 120_000))).toBe(0);
    });

    test("refund an attempt, and clear all", async () => {
      const subject = randomUUID();
      await waits(subject, 3);
      await opened().port.refund(rule, subject);
      expect(await opened().port.consume(rule, subject, start)).toBe(0);
      expect(await opened().port.consume(rule, subject, start)).toBe(1000);
      await opened().port.clear(rule, subject);
      expect(await opened().port.consume(rule, subject, start)).toBe(0);
    });

    test("count an attempt as many, allow or refuse it whole, and refund it whole", async () => {
      const { port: limits } = opened();
      const [subject, other] = [randomUUID(), randomUUID()];
      expect(await limits.consume(rule, subject, start, 2)).toBe(0);
      expect(await limits.consume(rule, subject, start, 5)).toBe(0);
      expect(await limits.consume(rule, subject, start, 5)).toBe(5000);
      await limits.refund(rule, subject, 5);
      expect(await limits.consume(rule, subject, start)).toBe(0);
      expect(await limits.consume(rule, subject, start)).toBe(1000);
      expect(await limits.consume(rule, other, start, 4)).toBe(0);
      expect(await limits.consume(rule, other, start)).toBe(2000);
      await limits.refund(rule, other, 5); // more than was counted
      expect(await limits.consume(rule, other, start)).toBe(2000);
    });

    test("AUTH-12 of parallel attempts that count as two, two of a limit of three are allowed", async () => {
      for (let round = 0; round < 10; round += 1) {
        const subject = randomUUID();
        const tries = Array.from({ length: 8 }, () => opened().port.consume(rule, subject, start, 2));
        expect((await Promise.all(tries)).filter((waitMs) => waitMs === 0)).toHaveLength(2);
      }
    });

    test("of one rule and subject touch no other", async () => {
      const subject = randomUUID();
      await waits(subject, 3);
      expect(await opened().port.consume({ ...rule, name: "other" }, subject, start)).toBe(0);
      expect(await opened().port.consume(rule, randomUUID(), start)).toBe(0);
    });

    test("are cleared after a pause since the last attempt, and apply again from then on", async () => {
      const subject = randomUUID();
      for (const startMs of [0, 120_000, 240_000]) {
        for (let count = 0; count < 3; count += 1)
          expect(await opened().port.consume(rule, subject, after(start, startMs + count * 20_000))).toBe(0);
        expect(await opened().port.consume(rule, subject, after(start, startMs + 50_000))).toBe(0);
        expect(await opened().port.consume(rule, subject, after(start, startMs + 50_001))).toBeGreaterThan(0);
      }
    });

    test("USE-07 a network is known to the account that knows it, until then", async () => {
      const { port: limits, raw } = opened();
      const [account, network] = [`${randomUUID()}@example.org`, "203.0.113.7"];
      expect(await limits.knows(account, network, start)).toBe(false);
      await limits.know(account, network, after(start, 10));
      await limits.know(account, network, after(start, 20));
      expect(await limits.knows(account, network, after(start, 19))).toBe(true);
      expect(await limits.knows(account, network, after(start, 20))).toBe(false);
      expect(await limits.knows(account, "203.0.113.8", start)).toBe(false);
      expect(await limits.knows(`x${account}`, network, start)).toBe(false);
      expect(await raw.count(network)).toBe(0);
    });

    test("are stored without the address that they concern", async () => {
      await opened().port.consume(rule, "ada@example.org", start);
      expect(await opened().raw.count("ada@example.org")).toBe(0);
    });
  });
}
