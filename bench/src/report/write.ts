import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Entry, verdict } from "../measure/figure.ts";
import type { Origin } from "./machine.ts";
import { plot } from "./plot.ts";
import { markdownTable, rowsOf } from "./table.ts";

/** Puts the numbers, a page to read and a plot into a folder. */
export function writeResults(folder: string, entries: readonly Entry[], origin: Origin): void {
  mkdirSync(folder, { recursive: true });
  const judged = entries.map((entry) => ({ ...entry, verdict: verdict(entry) }));
  writeFileSync(join(folder, "results.json"), JSON.stringify({ origin, entries: judged }, null, 2));
  writeFileSync(join(folder, "plot.svg"), plot(entries));
  writeFileSync(join(folder, "README.md"), page(entries, origin));
}

function page(entries: readonly Entry[], origin: Origin): string {
  const { cpu, cores, memoryGb, kernel, node, database, commit, others } = origin;
  return `# Figures

Written by \`make bench\`. ${cpu}, ${cores} cores, ${memoryGb} GB, ${kernel}, Node ${node}, ${database}; commit ${commit}.
Meanwhile others took ${Math.round(others.median)} % of the machine (${Math.round(others.min)} to ${Math.round(others.max)}).

![How much of its aim each figure uses](plot.svg)

${markdownTable(rowsOf(entries))}

Values and ratios are medians of the rounds, in brackets and under "spread" stand the smallest and the largest round. A
ratio is taken round by round, against the yardstick's slice of the same round. "control" is the yardstick against a
second process of itself: outside 0.9 to 1.1 the machine was too noisy, and there is no verdict. Times in ms are no
ratios: others on the machine make them longer, never shorter, so while others are at work they can be met, not missed.
`;
}
