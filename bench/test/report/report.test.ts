import { describe, expect, test } from "@jest/globals";
import { type Aim, figure, type Figure } from "../../src/measure/figure.ts";
import { plot, shareOfAim } from "../../src/report/plot.ts";
import { digits, markdownTable, plainTable, rowsOf } from "../../src/report/table.ts";

function figureOf(aim: Aim | undefined, subject: number[]): Figure {
  const same = Array<number>(subject.length).fill(10);
  const facts = { id: "id", title: "a < b", unit: "ms", yardstick: "floor", ...(aim && { aim }) };
  return figure(facts, { subject, floor: same, control: same });
}

const rounds = [12, 14, 15, 18, 16, 13, 17];

describe("the share of an aim that a figure uses", () => {
  test("grows with what should be small", () => {
    expect(shareOfAim(figureOf({ of: "ratio", atMost: 4 }, rounds))).toEqual({
      median: 0.375,
      min: 0.3,
      max: 0.45,
    });
  });

  test("shrinks with what should be large", () => {
    const { median, min, max } = shareOfAim(figureOf({ of: "ratio", atLeast: 3 }, rounds));
    expect([median, min, max]).toEqual([2, 3 / 1.8, 3 / 1.2]);
  });

  test("is of what lies above the yardstick, where that is the aim", () => {
    expect(shareOfAim(figureOf({ of: "difference", atMost: 10 }, rounds)).median).toBe(0.5);
  });
});

test("the table tells value, spread, yardstick, ratio, control, aim and verdict", () => {
  const [, row] = rowsOf([figureOf({ of: "ratio", atMost: 1.8 }, rounds)]);
  expect(row).toEqual([
    ...["a < b", "15 ms", "12 to 18", "floor: 10", "1.5 (1.2 to 1.8)", "1", "≤ 1.8x", "met"],
  ]);
});

test("the table comes for a terminal and for a page", () => {
  const rows = [
    ["a", "long"],
    ["wide cell", "b"],
  ];
  expect(plainTable(rows)).toBe("a          long\nwide cell  b");
  expect(markdownTable(rows)).toBe("| a | long |\n| --- | --- |\n| wide cell | b |");
});

test("numbers have three significant digits, and no fraction from a hundred on", () => {
  expect([0.12345, 1.5, 12.345, 99.96, 123.45, 12345.6].map(digits)).toEqual([
    ...["0.123", "1.5", "12.3", "100", "123", "12346"],
  ]);
});

test("the plot shows what has an aim, and escapes what it says", () => {
  const svg = plot([figureOf({ of: "ratio", atMost: 1.8 }, rounds), figureOf(undefined, rounds)]);
  expect(svg.match(/<circle/g)).toHaveLength(1);
  expect(svg).toContain('<circle class="met"');
  expect(svg).toContain("a &lt; b: 1.5x, met, aim ≤ 1.8x.");
  expect(svg).not.toContain("a < b");
});
