import { describe, expect, test } from "@jest/globals";
import { decodeNotes, encodeNotes, maxNotesBytes, maxNotesDepth } from "../../src/domain/notes.ts";

const line = (text: string) => ({ type: "paragraph", children: [{ text }] });
const emptyBytes = JSON.stringify([line("")]).length;
const nested = (depth: number) => `${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}`;

describe("notes", () => {
  test("PRJ-07 up to 1,048,576 bytes as they are stored are accepted, and not one more", () => {
    const room = maxNotesBytes - emptyBytes;
    expect(encodeNotes([line("a".repeat(room))])).toHaveLength(1_048_576);
    expect(encodeNotes([line("漢".repeat(Math.floor(room / 3)))]).length).toBeGreaterThan(1_048_573);
    for (const text of ["a".repeat(room + 1), "漢".repeat(Math.ceil(room / 3) + 1)])
      expect(() => encodeNotes([line(text)])).toThrow(expect.objectContaining({ code: "notes_too_large" }));
  });

  test.each([
    "[]",
    '[{"type":"paragraph","children":[{"type":"stamp","label":"00:08","value":7.5,"children":[{"text":""}]},{"text":"a","bold":true}]}]',
    '[{"text":"\\ud800","a":"\\u0000\\u2028\\u2029"}]',
    '[{"__proto__":{"isAdmin":true},"constructor":1,"toString":{"valueOf":null}}]',
    '[{"value":9007199254740993},{"value":1e21},{"value":5e-324}]',
    '[{"unknown":{"deep":[[[{"x":null}]]]}}]',
  ])("PRJ-09 %s reads back as JSON.parse makes it", (text) => {
    const read = decodeNotes(encodeNotes(JSON.parse(text)));
    expect(read).toStrictEqual(JSON.parse(text));
    expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)));
    expect({}).not.toHaveProperty("isAdmin");
  });

  test.each([
    "null",
    "{}",
    '"text"',
    "[1]",
    "[null]",
    "[[]]",
    '[{"value":1e400}]',
    '[{"a":[{"b":-1e400}]}]',
    '[{"value":-0}]',
    `[{"a":${nested(maxNotesDepth + 1)}}]`,
    `[{"a":${nested(200_000)}}]`,
  ])("PRJ-09 %.40s is refused, not changed", (text) => {
    expect(() => encodeNotes(JSON.parse(text))).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });

  test("PRJ-09 blocks may be nested 64 deep", () => {
    const text = `[{"a":${nested(maxNotesDepth)}}]`;
    expect(decodeNotes(encodeNotes(JSON.parse(text)))).toEqual(JSON.parse(text));
  });
});
