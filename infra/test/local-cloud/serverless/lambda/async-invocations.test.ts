import { afterEach, expect, test } from "@jest/globals";
import { setTimeout as sleepMs } from "node:timers/promises";
import { arnOf, functionOf, startRunner } from "./harness.ts";

let runner: Awaited<ReturnType<typeof startRunner>>;
afterEach(() => runner.stop());

const failing =
  "export const handler = ({ id }) => { console.log('ran ' + id); throw new Error('always'); };";

/** A clock that `sleep` moves. */
function startedAt(milliseconds: number) {
  const clock = { at: milliseconds, slept: [] as number[] };
  const sleep = async (ms: number) => {
    clock.slept.push(ms);
    clock.at += ms;
  };
  return { ...clock, clock, sleep, now: () => new Date(clock.at) };
}

async function dropped() {
  while (runner.dropped.length === 0) await sleepMs(20);
  return runner.dropped[0];
}

test("SLS-47 an event that fails is tried twice more, after one and two minutes, then dropped", async () => {
  const { clock, sleep, now } = startedAt(Date.now());
  runner = await startRunner([functionOf("job", failing)], { now, sleep });
  expect(await runner.invokeAsync(arnOf("job"), '{"id":1}')).toBe("accepted");
  expect(await dropped()).toMatchObject({ reason: "RetriesExhausted", runs: 3, payload: '{"id":1}' });
  expect(clock.slept).toEqual([60_000, 120_000]);
  await runner.linesWith(/ran 1/);
  expect(runner.lines().filter((line) => line.endsWith("ran 1"))).toHaveLength(3);
});

test("SLS-47 fewer retries and a shorter event age are kept", async () => {
  const { sleep, now } = startedAt(Date.now());
  runner = await startRunner(
    [functionOf("none", failing, { maxRetries: 0 }), functionOf("old", failing, { maxEventAgeMs: 90_000 })],
    {
      now,
      sleep,
    },
  );
  await runner.invokeAsync(arnOf("none"), "{}");
  expect(await dropped()).toMatchObject({ reason: "RetriesExhausted", runs: 1 });
  runner.dropped.length = 0;
  await runner.invokeAsync(arnOf("old"), "{}");
  expect(await dropped()).toMatchObject({ reason: "EventAgeExceeded", runs: 2 });
});

test("throttling is no failure: it is waited out until the event is too old", async () => {
  const { clock, sleep, now } = startedAt(Date.now());
  runner = await startRunner(
    [functionOf("off", failing, { reservedConcurrency: 0, maxEventAgeMs: 60_000 })],
    { now, sleep },
  );
  await runner.invokeAsync(arnOf("off"), "{}");
  expect(await dropped()).toMatchObject({ reason: "EventAgeExceeded", runs: 0 });
  expect(clock.slept).toEqual([1000, 2000, 4000, 8000, 16_000]);
});

test("an event above 1 MB, or of no function, is refused", async () => {
  runner = await startRunner([functionOf("job", failing)]);
  expect(await runner.invokeAsync(arnOf("job"), `"${"x".repeat(1024 * 1024)}"`)).toBe("tooLarge");
  expect(await runner.invokeAsync(arnOf("gone"), "{}")).toBe("notFound");
});
