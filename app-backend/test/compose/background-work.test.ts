import { expect, test } from "@jest/globals";
import { backgroundWork } from "../../src/compose/background-work.ts";

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
