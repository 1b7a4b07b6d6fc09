import { expect, test } from "@jest/globals";
import { quota } from "../../src/domain/image.ts";
import { guessesAt, limits, removalCost } from "../../src/domain/limit.ts";
import { maxMediaBytes, mediaQuota } from "../../src/domain/media.ts";
import { after } from "../../src/domain/time.ts";

test("every limit has its own name, by which it is counted", () => {
  const names = [...Object.values(limits), guessesAt(new Date())].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("UPL-35 the free removals are enough for a full account, whatever the sizes of its files", () => {
  /** At most, by sizes that are all rounded up. */
  const most = (count: number, bytes: number) => count + removalCost(bytes);
  const full = most(mediaQuota.maxFiles, mediaQuota.maxBytes) + most(quota.maxImages, quota.maxBytes);
  expect(limits.removalOfAccount.free).toBeGreaterThan(full);
  expect(limits.removalOfAccount.free).toBeLessThan(full * 1.1);
});

test("UPL-35 a removal counts once, and once more for each 4 MiB", () => {
  const mib = 2 ** 20;
  expect([0, 1, 4 * mib, 4 * mib + 1, 8 * mib, maxMediaBytes].map(removalCost)).toEqual([1, 1, 1, 2, 2, 50]);
});

test("MFA-04 a window of guesses ends for all accounts at once, and the next one begins then", () => {
  const at = new Date("2026-06-01T12:00:00.123Z");
  const { forgetMs, delayMs, maxDelayMs } = guessesAt(at);
  expect([delayMs, maxDelayMs]).toEqual([forgetMs, forgetMs]);
  const end = after(at, forgetMs);
  expect(after(end, -1).getTime() + guessesAt(after(end, -1)).forgetMs).toBe(end.getTime());
  expect(guessesAt(end).forgetMs).toBe(30 * 24 * 3_600_000);
});
