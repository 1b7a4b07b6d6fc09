import { describe, expect, it } from "@jest/globals";
import type { Block } from "../../../src/api/project-types.ts";
import * as blocks from "../../../src/pages/projects/blocks.ts";
import { clockText, isPlace, stampAt } from "../../../src/pages/projects/stamps.ts";

const { blockOf, isEditable, join, split, stampsOf, textOf, withStamp, withText, withoutStamp } = blocks;
const stamp = { label: "00:08", value: 7.5 };
const marked: Block = {
  type: "paragraph",
  align: "right",
  children: [
    { text: "one ", bold: true },
    { type: "stamp", label: "00:01", value: 1, children: [{ text: "" }], of: "x" },
    { text: "two", italic: true, size: 3 },
  ],
};
const list: Block = {
  type: "numbered-list",
  children: [
    { type: "list-item", children: [{ text: "a" }] },
    { type: "list-item", children: [{ text: "b", code: true }] },
  ],
};

describe("a stamp", () => {
  it.each([
    [0, "00:00"],
    [7.96, "00:07"],
    [600, "10:00"],
    [3723, "1:02:03"],
    [360_000, "100:00:00"],
  ])("of %d seconds reads %s", (seconds, label) => expect(clockText(seconds)).toBe(label));

  it("points at a tenth of a second, and reads as where it points", () => {
    expect(stampAt(7.5432)).toEqual({ label: "00:07", value: 7.5 });
    expect(stampAt(7.96)).toEqual({ label: "00:07", value: 7.9 });
  });

  it.each([
    [0, 10, true],
    [10, 10, true],
    [10.1, 10, false],
    [5, NaN, true],
    [5, Infinity, true],
    [-5, 10, false],
    [NaN, 10, false],
    [Infinity, Infinity, false],
    ["5", 10, false],
    [null, 10, false],
  ])("PRJ-32 of %p in media of %d seconds is a place: %p", (value, length, is) =>
    expect(isPlace(value, length)).toBe(is),
  );
});

describe("a block", () => {
  it("is written as other clients write it", () => {
    expect(blockOf("a", stamp)).toEqual({
      type: "paragraph",
      children: [{ text: "" }, { type: "stamp", ...stamp, children: [{ text: "" }] }, { text: "a" }],
    });
    expect(textOf(blockOf("a", stamp))).toBe("a");
    expect(stampsOf(blockOf("a", stamp))).toEqual([stamp]);
  });

  it("PRJ-32 keeps marks, stamps and attributes around the text that changes", () => {
    expect(textOf(marked)).toBe("one two");
    expect(withText(marked, "one twice")).toEqual({
      ...marked,
      children: [
        { text: "one ", bold: true },
        { type: "stamp", label: "00:01", value: 1, children: [{ text: "" }], of: "x" },
        { text: "twice", italic: true, size: 3 },
      ],
    });
    expect(textOf(withText(marked, ""))).toBe("");
    expect(withText(marked, "one two")).toEqual(marked);
    expect(withText({ type: "paragraph" }, "a")).toEqual({ type: "paragraph", children: [{ text: "a" }] });
  });

  it("keeps whole characters in one text", () => {
    const two = { type: "paragraph", children: [{ text: "a" }, { text: "\u{1f44d}b", bold: true }] };
    const changed = withText(two, "a\u{1f44e}b");
    expect(changed["children"]).toEqual([{ text: "a" }, { text: "\u{1f44e}b", bold: true }]);
  });

  it("has any text after a change", () => {
    let block = marked;
    for (let turn = 0; turn < 200; turn += 1) {
      const old = textOf(block);
      const at = (turn * 7) % (old.length + 1);
      const text = `${old.slice(0, at)}${String.fromCharCode(97 + (turn % 26))}${old.slice(at + (turn % 3))}`;
      block = withText(block, text);
      expect(textOf(block)).toBe(text);
      expect(stampsOf(block)).toHaveLength(1);
    }
  });

  it.each([
    [marked, true],
    [blockOf(""), true],
    [list, false],
    [{ type: "heading", children: [{ text: "a" }] }, false],
    [{ type: "paragraph", children: [{ type: "image", children: [{ text: "" }] }] }, false],
    [{ type: "paragraph" }, true],
    [{ type: "paragraph", children: "text" }, false],
    [{ type: "paragraph", children: [{ text: "a" }, null] }, false],
    [{}, false],
  ] as [Block, boolean][])("PRJ-32 is editable if it is a paragraph of texts and stamps: %#", (block, is) =>
    expect(isEditable(block)).toBe(is),
  );

  it("shows the text of what it does not know", () => {
    expect(textOf(list)).toBe("1. a\n2. b");
    expect(textOf({ type: "table", children: [list, null, 7, { text: "c" }] })).toBe("1. a\n2. b\nc");
    expect(textOf({})).toBe("");
  });

  it.each([undefined, null, 5, "", {}])("PRJ-32 shows a stamp whose label is %p by its value", (label) => {
    const block = { type: "paragraph", children: [{ type: "stamp", label, value: 61 }] };
    expect(stampsOf(block)).toEqual([{ label: "01:01", value: 61 }]);
    const bad = { type: "paragraph", children: [{ type: "stamp", label, value: "x" }] };
    expect(stampsOf(bad)[0]!.label).toBe("?");
  });

  it("is split and joined with its marks", () => {
    const [first, second] = split(marked, 5);
    expect([textOf(first), textOf(second)]).toEqual(["one t", "wo"]);
    expect([stampsOf(first), stampsOf(second)].map((all) => all.length)).toEqual([1, 0]);
    expect(second).toEqual({ ...marked, children: [{ text: "wo", italic: true, size: 3 }] });
    expect(textOf(join(first, second))).toBe("one two");
    expect(split(marked, 0).map(textOf)).toEqual(["", "one two"]);
    expect(split(marked, 7).map(textOf)).toEqual(["one two", ""]);
    expect(stampsOf(split(marked, 2)[1])).toHaveLength(1);
  });

  it("loses one stamp of several", () => {
    const two = withStamp(marked, stamp);
    expect(stampsOf(withoutStamp(two, 0)).map(({ label }) => label)).toEqual(["00:01"]);
    expect(stampsOf(withoutStamp(two, 1)).map(({ label }) => label)).toEqual(["00:08"]);
  });
});
