import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { codeLines } from "../../../deploy/site/code-lines.ts";
import { textedCodes } from "../../../deploy/site/texted-codes.ts";

const begin = Date.parse("2026-11-26T15:00:00Z");
const at = (minute: number) => new Date(begin + minute * 60_000);
const sent = (minute: number, to: string, text: string) => ({ at: at(minute), to, text });
const code = (digits: string) =>
  `${digits} is your code for Tintype. It works for 5 minutes. Do not pass it on.`;
const texts = [
  sent(-20, "+4917600000003", code("333333")),
  sent(0, "+4917600000001", code("111111")),
  sent(1, "+4917600000002", code("222222")),
  sent(2, "+4917600000002", "Your number was removed in your account at Tintype."),
  sent(8, "+4917600000001", code("011111")),
];

test("USE-22 of each number the last code of half an hour is shown, and no notice", () => {
  expect(codeLines(textedCodes(texts, at(10)), at(10))).toEqual([
    "2026-11-26 15:01:00 UTC  +4917600000002  222222  expired  Text message",
    "2026-11-26 15:08:00 UTC  +4917600000001  011111  valid for 3 min  Text message",
  ]);
});

test("USE-22 codes of one number are found", () => {
  expect(textedCodes(texts, at(10), " +4917600000002").map(({ digits }) => digits)).toEqual(["222222"]);
  expect(textedCodes(texts, at(10), "ada@example.org")).toEqual([]);
});

test("USE-22 what is read is what the API sends, for as long as it is valid", () => {
  const file = join(import.meta.dirname, "../../../../app-backend/src/domain/text-message.ts");
  const source = readFileSync(file, "utf8");
  expect(source).toContain("`${code} is your code for ${productName}.");
  expect(source).toMatch(/textCodeDigits = 6;/);
  expect(source).toMatch(/textCodeLifeMs = 300 \* secondMs/);
});
