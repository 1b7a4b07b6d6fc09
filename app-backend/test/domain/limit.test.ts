import { expect, test } from "@jest/globals";
import { guessesAt, limits } from "../../src/domain/limit.ts";
import { after } from "../../src/domain/time.ts";

test("every limit has its own name, by which it is counted", () => {
  const names = [...Object.values(limits), guessesAt(new Date())].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("MFA-04 a window of guesses ends for all accounts at once, and the next one begins then", () => {
  const at = new Date("2026-06-01T12:00:00.123Z");
  const { forgetMs, delayMs, maxDelayMs } = guessesAt(at);
  expect([delayMs, maxDelayMs]).toEqual([forgetMs, forgetMs]);
  const end = after(at, forgetMs);
  expect(after(end, -1).getTime() + guessesAt(after(end, -1)).forgetMs).toBe(end.getTime());
  expect(guessesAt(end).forgetMs).toBe(30 * 24 * 3_600_000);
});
