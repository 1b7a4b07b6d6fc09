import { randomUUID } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Code } from "../../src/domain/code.ts";
import { after } from "../../src/domain/time.ts";
import type { OneTimeCodes } from "../../src/ports/one-time-codes.ts";
import { at, reference } from "./fixtures.ts";
import { type Open, whileOpen } from "./opened.ts";

export function oneTimeCodesContract(open: Open<OneTimeCodes>): void {
  const opened = whileOpen(open);

  async function newCode(facts: Partial<Code> = {}): Promise<Code> {
    const accountId = await opened().raw.addAccount();
    const expiresAt = after(at, 1000);
    const code: Code = { accountId, purpose: "reset", hash: reference(), expiresAt, ...facts };
    await opened().port.replace(code);
    return code;
  }

  const redeem = ({ accountId, purpose, hash }: Omit<Code, "expiresAt">, when: Date) =>
    opened().port.redeem({ accountId, purpose, hashes: [hash] }, when);

  describe("codes", () => {
    test("AUTH-15 of parallel uses one succeeds, and none after it", async () => {
      const code = await newCode();
      const uses = await Promise.all(Array.from({ length: 4 }, () => redeem(code, at)));
      expect(uses.filter(Boolean)).toHaveLength(1);
      expect(await opened().raw.count(code.hash)).toBe(0);
      expect(await redeem(code, at)).toBe(false);
    });

    test("USE-07 wrong tries do not spend a code", async () => {
      const code = await newCode();
      await Promise.all(Array.from({ length: 20 }, () => redeem({ ...code, hash: reference() }, at)));
      expect(await redeem(code, at)).toBe(true);
    });

    test("a code is refused from the moment it expires", async () => {
      const code = await newCode();
      expect(await redeem(code, code.expiresAt)).toBe(false);
      expect(await redeem(code, after(code.expiresAt, -1))).toBe(true);
    });

    test("a code is valid only for its account and purpose", async () => {
      const code = await newCode();
      expect(await redeem({ ...code, purpose: "confirm" }, at)).toBe(false);
      expect(await redeem({ ...code, accountId: randomUUID() }, at)).toBe(false);
      expect(await redeem(code, at)).toBe(true);
    });

    test("a removed code is void, and one for another purpose is not", async () => {
      const code = await newCode();
      const other = { ...code, purpose: "confirm" } as const;
      await opened().port.replace(other);
      await opened().port.remove(code.accountId, code.purpose);
      expect(await opened().raw.count(code.hash)).toBe(1); // the other has the same
      expect(await redeem(code, at)).toBe(false);
      expect(await redeem(other, at)).toBe(true);
      await opened().port.remove(code.accountId, code.purpose); // idempotent
    });

    test("AUTH-25 a new code takes the place of the one before", async () => {
      const first = await newCode();
      const second = { ...first, hash: reference() };
      await opened().port.replace(second);
      expect(await opened().raw.count(first.hash)).toBe(0);
      expect(await redeem(first, at)).toBe(false);
      expect(await redeem(second, at)).toBe(true);
    });
  });
}
