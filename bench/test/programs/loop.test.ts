import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { repeat } from "../../src/programs/parts/loop.ts";

test("counts the operations of all that work in parallel", async () => {
  let begun = 0;
  const work = async () => {
    begun += 1;
    await sleep(2);
    return 1;
  };
  const { operations, wallMs } = await repeat(work, 30, 8);
  expect(operations).toBe(begun);
  expect(operations).toBeGreaterThanOrEqual(8);
  expect(wallMs).toBeGreaterThanOrEqual(30);
});
