import { describe, expect, test } from "@jest/globals";
import {
  decodeNotes,
  encodeNotes,
  maxKeys,
  maxNotesBytes,
  maxNotesDepth,
  maxNotesValues,
  requireParsable,
} from "../../src/domain/notes.ts";

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

describe("a body with notes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const members = (count: number) => Array.from({ length: count }, (_, at) => `"${at}":0`).join(",");
  const body = (notes: string) => bytes(`{"notes":${notes}}`);

  test.each([
    ["millions of blocks", `[${"{},".repeat(2 ** 20)}{}]`, "notes_too_large"],
    ["more values than notes have", `[${"0,".repeat(maxNotesValues - 2)}0]`, "notes_too_large"],
    ["an object with more keys", `[{"a":[0,0],${members(maxKeys)}}]`, "invalid_input"],
    ["millions of levels", "[".repeat(2 ** 20), "invalid_input"],
    ["one level more than notes have", `[{"a":${nested(maxNotesDepth + 1)}}]`, "invalid_input"],
  ])("PRJ-07 of %s is refused before it is parsed", (_what, notes, code) => {
    expect(() => requireParsable(body(notes))).toThrow(expect.objectContaining({ code }));
  });

  test("PRJ-07 is parsed if it has the shortest lines that fill notes, 64 levels, or signs within texts", () => {
    const lines = JSON.stringify(Array(Math.floor(maxNotesBytes / (emptyBytes - 1))).fill(line("")));
    expect(lines.length).toBeGreaterThan(maxNotesBytes - emptyBytes);
    expect(requireParsable(body(lines))).toBeUndefined();
    expect(requireParsable(body(`[${"0,".repeat(maxNotesValues - 3)}0]`))).toBeUndefined();
    expect(requireParsable(body(`[{"a":${nested(maxNotesDepth)}}]`))).toBeUndefined();
    expect(requireParsable(body(`[{"a":[0,0],${members(maxKeys - 1)}},{}]`))).toBeUndefined();
    expect(() => requireParsable(bytes(",]},"))).not.toThrow(); // no JSON: the parser reports it
    const signs = JSON.stringify([line(`${'\\"[{'.repeat(maxNotesDepth)}${",".repeat(maxNotesValues)}`)]);
    expect(requireParsable(body(signs))).toBeUndefined();
  });
});
