import { describe, expect, test } from "@jest/globals";
import { thinned } from "../../src/domain/version-thinning.ts";

const now = new Date("2026-06-30T12:00:00.000Z");
const minutes = (count: number) => new Date(now.getTime() - count * 60_000);

/** Versions that were saved that many minutes ago; the first is the oldest. */
const saved = (...ago: number[]) =>
  ago.map((each, index) => ({ version: index + 1, savedAt: minutes(each) }));
const every = (count: number, apart: number) =>
  Array.from({ length: count }, (_, index) => (count - 1 - index) * apart);
const numbers = (versions: { version: number }[]) =>
  versions.map(({ version }) => version).toSorted((a, b) => a - b);

describe("PRJ-54 versions that are no longer kept", () => {
  test("are none of the newest 20, whatever their age", () => {
    expect(thinned(saved(...every(20, 1)), now)).toEqual([]);
    expect(thinned(saved(...every(20, 60 * 24 * 100)), now)).toEqual([]);
    expect(thinned([], now)).toEqual([]);
  });

  test("are all but the last of each hour, for a day", () => {
    const versions = saved(...every(100, 1));
    const gone = new Set(numbers(thinned(versions, now)));
    const kept = versions.filter(({ version }) => !gone.has(version));
    // 12:00 is now; the last minutes of the hours before are 11:59 and 10:59.
    expect(kept.map(({ version }) => version)).toEqual([
      39,
      ...Array.from({ length: 20 }, (_, index) => 81 + index),
    ]);
  });

  test("are all but the last of each day, for 30 days, and all older ones", () => {
    const old = every(80, 6 * 60).map((ago) => ago + 2 * 24 * 60);
    const versions = saved(60 * 24 * 40, 60 * 24 * 31, ...old, ...every(20, 0));
    const gone = new Set(numbers(thinned(versions, now)));
    const kept = versions.filter(({ version }) => !gone.has(version)).slice(0, -20);
    expect(gone).toContain(1);
    expect(gone).toContain(2);
    const days = kept.map(({ savedAt }) => savedAt.toISOString().slice(0, 10));
    expect(new Set(days).size).toBe(days.length);
    expect(kept.length).toBeGreaterThanOrEqual(20);
    expect(kept.every(({ savedAt }) => savedAt.getUTCHours() === 18 || savedAt.getUTCHours() === 12)).toBe(
      true,
    );
  });

  test("leave at most 50, and thinning again removes nothing", () => {
    const versions = saved(...every(2_000, 20));
    const gone = new Set(numbers(thinned(versions, now)));
    const kept = versions.filter(({ version }) => !gone.has(version));
    expect(kept).toHaveLength(50);
    expect(thinned(kept, now)).toEqual([]);
    expect(kept.at(-1)?.version).toBe(2_000);
  });

  test("are chosen by the order of versions, whatever the clock did", () => {
    const backwards = saved(...every(30, 1).toReversed());
    expect(numbers(thinned(backwards, now)).every((version) => version <= 10)).toBe(true);
    const ahead = saved(...every(30, 1).map((ago) => ago - 100_000));
    expect(numbers(thinned(ahead, now)).every((version) => version <= 10)).toBe(true);
  });
});
