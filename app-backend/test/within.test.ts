import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { timeOf, within } from "./within.ts";

/** Takes those times, one in each try. */
function takes(...timesMs: number[]) {
  const left = [...timesMs];
  return { left, measure: async () => left.shift()! };
}

test("what is within its limit is measured once", async () => {
  const { left, measure } = takes(99, 100);
  await within(100, measure);
  expect(left).toEqual([100]);
});

test("what others delay is measured up to four times, until it is within its limit", async () => {
  await within(100, takes(130, 110, 100, 99).measure);
});

test("what is slow in each try is too slow, and its times are reported", async () => {
  const measure = () => timeOf(() => sleep(20));
  await expect(within(15, measure)).rejects.toThrow(/^not within 15 ms: (\d\d+, ){3}\d\d+ ms$/);
  await expect(within(100, takes(130, 110, 100, 105.4, 99).measure)).rejects.toThrow(
    "not within 100 ms: 130, 110, 100, 105 ms",
  );
});

test("what fails is not tried again", async () => {
  let tries = 0;
  const fail = async () => {
    tries += 1;
    throw new Error("status 500");
  };
  await expect(within(100, () => timeOf(fail))).rejects.toThrow("status 500");
  expect(tries).toBe(1);
});
