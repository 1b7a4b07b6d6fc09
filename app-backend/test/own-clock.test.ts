import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { ownClock } from "./own-clock.ts";

let clock: ReturnType<typeof ownClock>;
beforeEach(() => {
  clock = ownClock();
});
afterEach(() => clock.stop());

test("a clock of a process goes on while it waits, and never faster than time", async () => {
  const [startedAt, wallMs] = [clock.now(), performance.now()];
  while (clock.now() - startedAt < 300) await sleep(20);
  expect(performance.now() - wallMs).toBeGreaterThan(299);
});

test("a clock of a process counts what it computes, also in one piece", () => {
  const [startedAt, used] = [clock.now(), process.cpuUsage()];
  const usedMs = () => {
    const { user, system } = process.cpuUsage(used);
    return (user + system) / 1_000;
  };
  while (usedMs() < 300);
  expect(clock.now() - startedAt).toBeGreaterThan(290);
});

test("a clock of a process does not count while it is not run", () => {
  const [startedAt, wallMs] = [clock.now(), performance.now()];
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  expect(performance.now() - wallMs).toBeGreaterThan(490);
  expect(clock.now() - startedAt).toBeLessThan(200);
});
