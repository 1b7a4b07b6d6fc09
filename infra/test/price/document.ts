import { readFileSync } from "node:fs";

export const document = readFileSync(new URL("../../../docs/choosing-a-stack.md", import.meta.url), "utf8");

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

/** What stands in the document's tables beside a first cell, a row for each table that has it. */
export function rowsOf(first: string): string[][] {
  const rows = document.split("\n").map(cellsOf);
  return rows.filter((cells) => cells[0] === first).map((cells) => cells.slice(1));
}
