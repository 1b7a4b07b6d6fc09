import { expect, test } from "@jest/globals";
import { retried } from "../../../../deploy/serverless/release/retry.ts";
import { isTransient } from "../../../../deploy/serverless/release/trial.ts";

/** A clock that sleeping moves, and work that fails until `wellAtMs`. */
function clock(wellAtMs: number, failure: Error) {
  let now = 0;
  const tries: number[] = [];
  return {
    tries,
    props: { isTransient, now: () => now, sleep: async (ms: number) => void (now += ms) },
    async work() {
      tries.push(now);
      if (now < wellAtMs) throw failure;
      return "well";
    },
  };
}

const error = (name: string, message = "") => Object.assign(new Error(message), { name });
const conflict = error("ResourceConflictException", "An update is in progress");

test("SLS-68 what passes by itself is tried again until it is well", async () => {
  const { work, props, tries } = clock(10_000, conflict);
  await expect(retried(work, props)).resolves.toBe("well");
  expect(tries.at(-1)).toBe(10_000);
});

test("SLS-68 after 60 seconds it is given up", async () => {
  const { work, props, tries } = clock(Infinity, conflict);
  await expect(retried(work, props)).rejects.toBe(conflict);
  expect(tries.at(-1)).toBeGreaterThan(55_000);
  expect(tries.at(-1)).toBeLessThanOrEqual(60_000);
});

test.each([
  [error("ResourceConflictException"), true],
  [error("TooManyRequestsException"), true],
  [
    error("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."),
    true,
  ],
  [error("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"), false],
  [error("ResourceNotFoundException"), false],
  [error("AccessDeniedException"), false], // of the operator, who would wait in vain
])("SLS-68 %s passes by itself: %s", (failure, expected) => {
  expect(isTransient(failure)).toBe(expected);
});
