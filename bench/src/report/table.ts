import { type Aim, type Count, type Entry, type Figure, isCount, verdict } from "../measure/figure.ts";
import type { Summary } from "../measure/statistics.ts";

const columns = ["figure", "value", "spread", "yardstick", "ratio", "control", "aim", ""] as const;

/** The entries as rows of text, the names of the columns first. */
export function rowsOf(entries: readonly Entry[]): string[][] {
  return [[...columns], ...entries.map((entry) => (isCount(entry) ? rowOfCount(entry) : rowOf(entry)))];
}

function rowOf(entry: Figure): string[] {
  const { title, unit, value, yardstick, floor, ratio, control } = entry;
  return [
    title,
    `${digits(value.median)} ${unit}`,
    spread(value),
    `${yardstick}: ${digits(floor.median)}`,
    `${digits(ratio.median)} (${spread(ratio)})`,
    digits(control.median),
    aimText(entry),
    verdictText(entry),
  ];
}

function rowOfCount(entry: Count): string[] {
  const { title, unit, value, yardstick, floor } = entry;
  const ratio = digits(value / floor);
  return [
    title,
    `${digits(value)} ${unit}`,
    "",
    `${yardstick}: ${floor}`,
    ratio,
    "",
    aimText(entry),
    verdictText(entry),
  ];
}

export function aimText({ aim, unit }: Entry): string {
  return aim ? `${aim.atMost === undefined ? "≥" : "≤"} ${limitText(aim, unit)}` : "";
}

function limitText({ of, atMost, atLeast }: Aim, unit: string): string {
  const limit = String(atMost ?? atLeast);
  if (of === "ratio") return `${limit}x`;
  return of === "value" ? `${limit} ${unit}` : `yardstick + ${limit} ${unit}`;
}

const verdictText = (entry: Entry) => (entry.aim ? verdict(entry) : "");
const spread = ({ min, max }: Summary) => `${digits(min)} to ${digits(max)}`;

/** Three significant digits; whole numbers from a hundred on. */
export function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Columns of equal width, for a terminal. */
export function plainTable(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function markdownTable([head, ...rows]: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head!), line(head!.map(() => "---")), ...rows.map(line)].join("\n");
}
