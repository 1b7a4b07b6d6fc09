import { expect, test } from "@jest/globals";
import { backgroundWork, takingAtLeast } from "../../src/compose/background-work.ts";
import { eventually } from "../eventually.ts";

test("draining waits for all work, and errors are reported", async () => {
  const errors: unknown[] = [];
  const { afterAnswer, drain } = backgroundWork((error) => errors.push(error));
  const failure = new Error("no mail");
  let finish = () => {};
  let isDone = false;
  afterAnswer(() => new Promise((resolve) => (finish = resolve)));
  afterAnswer(() => Promise.reject(failure));
  const drained = drain().then(() => (isDone = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  finish();
  await drained;
  expect(errors).toEqual([failure]);
});

test("MFA-24 work that fails is tried again after each pause, and at once when the process ends", async () => {
  const errors: unknown[] = [];
  const { afterAnswer, drain } = backgroundWork((error) => errors.push(error));
  let tries = 0;
  const failing = async () => {
    tries += 1;
    throw new Error("mail is down");
  };
  afterAnswer(failing, [1, 1]);
  await eventually(() => errors.length === 1);
  expect([tries, errors.length]).toEqual([3, 1]);
  afterAnswer(failing, [3_600_000, 3_600_000]);
  await drain();
  expect([tries, errors.length]).toEqual([5, 2]);
  afterAnswer(failing, [1]);
  await eventually(() => errors.length === 3);
  expect([tries, errors.length]).toEqual([7, 3]);
});

test("work that must not show what it did takes its time, also if it fails", async () => {
  const startedAt = performance.now();
  const evenly = takingAtLeast(60);
  const failure = new Error("no mail");
  await expect(evenly(() => Promise.reject(failure))).rejects.toBe(failure);
  expect(performance.now() - startedAt).toBeGreaterThan(58);
});
