import { expect, test } from "@jest/globals";
import { quantile, ratios, summarize } from "../../src/measure/statistics.ts";

test("the median of an odd number of rounds is the middle one, whatever their order", () => {
  expect(summarize([9, 1, 5, 100, 3])).toEqual({ median: 5, min: 1, max: 100 });
});

test("the median of an even number of rounds lies between the two in the middle", () => {
  expect(summarize([1, 2, 4, 8]).median).toBe(3);
});

test("a quantile between two values is as far between them", () => {
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(
    quantile(
      Array.from({ length: 101 }, (_, i) => i),
      0.99,
    ),
  ).toBe(99);
});

test("nothing measured has no median", () => {
  expect(() => summarize([])).toThrow("nothing was measured");
});

test("a ratio is taken within its round", () => {
  // The machine was three times as slow in the second round; the two are still twice apart in each.
  expect(ratios([2, 6, 2], [1, 3, 1])).toEqual([2, 2, 2]);
});

test("rounds without their yardstick have no ratio", () => {
  expect(() => ratios([1, 2], [1])).toThrow("without their yardstick");
});
