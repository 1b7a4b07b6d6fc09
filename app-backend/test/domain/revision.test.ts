import { describe, expect, test } from "@jest/globals";
import { etagOf, isKnown, revisionsOf } from "../../src/domain/revision.ts";

const [own, other] = ["1b4e28ba-2fa1-11d2-883f-0016d3cca427", "6fa459ea-ee8a-3ca4-894e-db77e160355e"];

describe("PRJ-05 If-Match", () => {
  test.each([
    [`"${own}"`, [own]],
    [`W/"${own}"`, [own]],
    [`"${other}", "${own}"`, [other, own]],
    [`  "a,b" ,, W/"c"\t,`, ["a,b", "c"]],
    [`"07"`, ["07"]],
    [`""`, [""]],
  ])("%s names %j", (header, revisions) => {
    expect(revisionsOf(header)).toEqual(revisions);
  });

  test.each([undefined, "*", " * "])("%s names nothing that could be replaced", (header) => {
    expect(() => revisionsOf(header)).toThrow(expect.objectContaining({ code: "version_required" }));
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => `"${index}"`).join(", ");
  test.each([
    "7",
    "",
    " ",
    ",",
    `"7`,
    `7"`,
    `"7" "8"`,
    `w/"7"`,
    `"7", 8`,
    `"7", *`,
    `"a b"`,
    many(17),
    many(5_000),
  ])("%j is no list of tags", (header) => {
    expect(() => revisionsOf(header)).toThrow(expect.objectContaining({ code: "malformed_request" }));
  });

  test("a list of 16 is read, and a long one that is none is refused at once", () => {
    expect(revisionsOf(many(16))).toHaveLength(16);
    const before = process.cpuUsage();
    for (const text of [",".repeat(100_000), " ".repeat(100_000), `${" ".repeat(100_000)}x`])
      expect(() => revisionsOf(text)).toThrow();
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe("PRJ-05 If-None-Match", () => {
  test.each([etagOf(own), `W/${etagOf(own)}`, `"${other}", "${own}"`, "*"])(
    "%s knows the revision",
    (header) => {
      expect(isKnown(header, own)).toBe(true);
    },
  );

  test.each([undefined, "", own, etagOf(other), `"${own} "`, `"${own}`])("%s does not", (header) => {
    expect(isKnown(header, own)).toBe(false);
  });
});
