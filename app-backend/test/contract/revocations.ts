import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import type { Revocations } from "../../src/ports/revocations.ts";
import { at } from "./fixtures.ts";
import { type Open, type RawStore, whileOpen } from "./opened.ts";

const hourMs = 3_600_000;

export function revocationsContract(open: Open<Revocations, Pick<RawStore, "count">>): void {
  const opened = whileOpen(open);

  describe("revocations", () => {
    test("a subject is revoked up to a time, and no other is", async () => {
      const { port: revocations, raw } = opened();
      const subject = randomUUID();
      expect(await revocations.get(subject, at)).toBeUndefined();
      await revocations.add(subject, at, after(at, hourMs));
      expect(await revocations.get(subject, at)).toEqual(at);
      expect(await revocations.get(randomUUID(), at)).toBeUndefined();
      expect(await raw.count(subject)).toBe(1);
    });

    test("of several times the latest counts, in any order", async () => {
      const { port: revocations } = opened();
      const subject = randomUUID();
      const times = [1, 3, 2].map((minutes) => after(at, minutes * 60_000));
      await Promise.all(times.map((time) => revocations.add(subject, time, after(time, hourMs))));
      expect(await revocations.get(subject, at)).toEqual(times[1]);
    });

    test("is forgotten when it has expired", async () => {
      const { port: revocations } = opened();
      const subject = randomUUID();
      await revocations.add(subject, at, after(at, hourMs));
      expect(await revocations.get(subject, after(at, hourMs - 1000))).toEqual(at);
      expect(await revocations.get(subject, after(at, hourMs + 1000))).toBeUndefined();
    });
  });
}
