import { describe, expect, test } from "@jest/globals";
import { lineFault, maxTitleLength, tidyLine, titleMatches } from "../../src/domain/title.ts";

const faultOf = (text: string) => lineFault(tidyLine(text), maxTitleLength);

describe("a title", () => {
  test.each([
    "\u{1f44d}".repeat(200),
    "محاضرة 12 عن 3",
    "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "می‌خواهم",
    "Ma leçon 1/2 #tone & <b>",
    "..",
  ])("PRJ-33 %s is accepted as it is", (text) => {
    expect(faultOf(text)).toBeUndefined();
    expect(tidyLine(text)).toBe(text);
  });

  test.each([
    "",
    " \u00a0\n",
    "\u{1f44d}".repeat(201),
    "a\u202eb",
    "a\u2066b",
    "a\nb",
    "a\0b",
    "\ud83d",
    "\u200d",
  ])("PRJ-33 %j is refused", (text) => {
    expect(faultOf(text)).toBeDefined();
  });

  test("PRJ-33 blanks around it and the normal form make no other title", () => {
    expect(tidyLine(" \u00a0Ma lec\u0327on\t")).toBe("Ma leçon");
    expect(faultOf(` ${"e\u0301".repeat(200)} `)).toBeUndefined();
  });

  test("is found by a part of it in any case and normal form, literally", () => {
    expect(titleMatches("Mécanique ΣΑΣ", "e\u0301CAN")).toBe(true);
    expect(titleMatches("ﬁrst 100%", "FIRST")).toBe(true);
    expect(titleMatches("Optik", "o.tik")).toBe(false);
    expect(titleMatches("Optik", "")).toBe(true);
  });
});
