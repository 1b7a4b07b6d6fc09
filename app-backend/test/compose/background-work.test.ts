import { expect, test } from "@jest/globals";
import { backgroundWork, takingAtLeast } from "../../src/compose/background-work.ts";

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

test("work that must not show what it did takes its time, also if it fails", async () => {
  const startedAt = performance.now();
  const evenly = takingAtLeast(60);
  const failure = new Error("no mail");
  await expect(evenly(() => Promise.reject(failure))).rejects.toBe(failure);
  expect(performance.now() - startedAt).toBeGreaterThan(58);
});
