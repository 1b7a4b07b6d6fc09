import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Block } from "../../../src/api/project-types.ts";
import { blockOf, stampsOf, textOf } from "../../../src/pages/projects/blocks.ts";
import { type NoteEditor, noteEditor } from "../../../src/pages/projects/note-editor.ts";

const stamp = { label: "00:08", value: 8 };
const unknown: Block = { type: "table", rows: [1, 2], children: [{ text: "t" }] };
let nowMs = 0;
let editor: NoteEditor;

beforeEach(() => {
  nowMs = 0;
  editor = noteEditor([blockOf("one"), unknown, blockOf("two", stamp)], () => nowMs);
});

const texts = () => editor.notes().map(textOf);
const key = (at: number) => editor.getState().lines.at(at)!.key;
const caret = () => editor.getState().caret;
const at = (start: number, end = start) => ({ start, end });

it("begins with an empty line, which is not stored", () => {
  editor = noteEditor([], () => nowMs);
  expect(editor.getState().lines).toHaveLength(1);
  expect(editor.notes()).toEqual([]);
  editor.type(key(0), "a", 1);
  expect(editor.notes()).toEqual([blockOf("a")]);
});

it("PRJ-32 leaves every other block as it came", () => {
  const before = editor.notes();
  editor.type(key(0), "once", 4);
  expect(editor.notes()[1]).toBe(before[1]);
  expect(editor.notes()[2]).toBe(before[2]);
  expect(texts()).toEqual(["once", "t", "two"]);
});

describe("Enter", () => {
  it("splits a line at the selection and stamps the new one", () => {
    editor.enter(key(0), at(1, 2), stamp);
    expect(texts()).toEqual(["o", "e", "t", "two"]);
    expect(stampsOf(editor.notes()[1]!)).toEqual([stamp]);
    expect(caret()).toEqual({ key: key(1), at: 0 });
  });

  it("stamps an empty line that has no stamp, else begins another one", () => {
    editor = noteEditor([], () => nowMs);
    editor.enter(key(0), at(0), stamp);
    expect(editor.getState().lines).toHaveLength(1);
    editor.enter(key(0), at(0), stamp);
    expect(editor.getState().lines).toHaveLength(2);
    expect(editor.notes().map((block) => stampsOf(block).length)).toEqual([1, 1]);
  });

  it("PRJ-32 begins a line after a block that it cannot change", () => {
    editor.enter(key(1), at(0), stamp);
    expect(editor.notes().slice(1, 3)).toEqual([unknown, blockOf("", stamp)]);
    expect(caret()).toEqual({ key: key(2), at: 0 });
  });

  it("makes a line without a stamp if there is no place", () => {
    editor.enter(key(0), at(3));
    expect(editor.notes()[1]).toEqual(blockOf(""));
  });
});

describe("Backspace at the beginning", () => {
  it("removes a stamp first, then joins the lines, but not with a block that it cannot change", () => {
    editor.backspace(key(2));
    expect(stampsOf(editor.notes()[2]!)).toEqual([]);
    editor.backspace(key(2));
    expect(texts()).toEqual(["one", "t", "two"]);
    editor.removeLine(key(1));
    editor.backspace(key(1));
    expect(texts()).toEqual(["onetwo"]);
    expect(caret()).toEqual({ key: key(0), at: 3 });
  });
});

it("joins a line with the next one, but not with a block that it cannot change", () => {
  editor.joinNext(key(0));
  expect(texts()).toEqual(["one", "t", "two"]);
  editor.removeLine(key(1));
  editor.joinNext(key(0));
  expect(texts()).toEqual(["onetwo"]);
});

it("never has no line", () => {
  for (let left = 3; left > 0; left -= 1) editor.removeLine(key(0));
  expect(editor.getState().lines).toHaveLength(1);
});

describe("paste", () => {
  it("PRJ-31 keeps lines, whatever ends them", () => {
    editor.paste(key(0), at(1, 2), "a\r\nb\rc\u2028d\u2029\ne");
    expect(texts()).toEqual(["oa", "b", "c", "d", "", "ee", "t", "two"]);
    expect(caret()).toEqual({ key: key(5), at: 1 });
  });

  it("PRJ-31 of one line stays in the line", () => {
    editor.paste(key(0), at(3), "!");
    expect(texts()).toEqual(["one!", "t", "two"]);
  });

  it("PRJ-31 of 10,000 lines is quick", () => {
    const started = performance.now();
    editor.paste(key(0), at(0), "x\n".repeat(10_000));
    expect(editor.getState().lines).toHaveLength(10_003);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("undo", () => {
  it("PRJ-30 goes back step by step to the beginning, and forward again, stamps included", () => {
    const seen = [JSON.stringify(editor.notes())];
    const steps = [
      () => editor.type(key(0), "one more", 8),
      () => editor.enter(key(0), at(4), stamp),
      () => editor.backspace(key(1)),
      () => editor.backspace(key(1)),
      () => editor.paste(key(0), at(0), "x\n".repeat(20)),
      () => editor.stamp(key(0), stamp),
      () => editor.removeStamp(key(0), 0),
      () => editor.removeLine(key(0)),
      () => editor.set([]),
    ];
    for (const step of steps) {
      nowMs += 10_000;
      step();
      seen.push(JSON.stringify(editor.notes()));
    }
    for (const before of seen.slice(0, -1).toReversed()) {
      editor.undo();
      expect(JSON.stringify(editor.notes())).toBe(before);
    }
    expect(editor.getState().canUndo).toBe(false);
    for (const after of seen.slice(1)) {
      editor.redo();
      expect(JSON.stringify(editor.notes())).toBe(after);
    }
    expect(editor.getState().canRedo).toBe(false);
  });

  it("takes letters typed one after another as one step, and a pause as its end", () => {
    for (const text of ["onea", "oneab", "oneabc"]) editor.type(key(0), text, text.length);
    nowMs += 5_000;
    editor.type(key(0), "oneabcd", 7);
    editor.undo();
    expect(texts()[0]).toBe("oneabc");
    editor.undo();
    expect(texts()[0]).toBe("one");
  });

  it("PRJ-30 never goes back behind text that was saved elsewhere", () => {
    editor.type(key(0), "mine", 4);
    editor.follow([blockOf("theirs")]);
    editor.undo();
    expect(texts()).toEqual(["theirs"]);
  });
});

describe("text that was saved elsewhere", () => {
  const keys = () => editor.getState().lines.map((line) => line.key);

  it("PRJ-23 leaves unchanged lines in place, with their keys", () => {
    const [one, two, three] = keys();
    editor.follow([blockOf("zero"), ...structuredClone(editor.notes()), blockOf("end")]);
    expect(keys().slice(1, 4)).not.toContain(undefined);
    expect(texts()).toEqual(["zero", "one", "t", "two", "end"]);
    editor.follow([blockOf("one"), unknown, blockOf("changed"), blockOf("last")]);
    expect(texts()).toEqual(["one", "t", "changed", "last"]);
    expect([one, two, three].every((own) => typeof own === "number")).toBe(true);
    expect(new Set(keys()).size).toBe(keys().length);
  });

  it("PRJ-23 keeps the key of a line that changed between others", () => {
    const before = keys();
    editor.follow([blockOf("one"), unknown, blockOf("two and more", stamp)]);
    expect(keys()).toEqual(before);
  });

  it("is no edit", () => {
    let edits = 0;
    editor.onEdited(() => void (edits += 1));
    editor.follow([blockOf("x")]);
    expect(edits).toBe(0);
    editor.type(key(0), "y", 1);
    expect(edits).toBe(1);
  });
});
