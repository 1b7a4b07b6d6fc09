import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createElement } from "react";
import { show } from "../../browser/page.ts";
import type { Block } from "../../../src/api/project-types.ts";
import { blockOf } from "../../../src/pages/projects/blocks.ts";
import { type NoteEditor, noteEditor } from "../../../src/pages/projects/note-editor.ts";
import { Notes } from "../../../src/pages/projects/notes.tsx";

const count = 150;

let readLines: Set<number>;
let editor: NoteEditor;
let page: Awaited<ReturnType<typeof show>>;
let mutations: MutationRecord[];
let observer: MutationObserver;

/** A block that notes when it is read. */
function watched(at: number): Block {
  const { children } = blockOf(`line ${at}`);
  return {
    type: "paragraph",
    get children() {
      readLines.add(at);
      return children;
    },
  };
}

/** How many lines a change reads, and how many nodes of the page it changes. */
async function workOf(change: () => void) {
  readLines = new Set();
  mutations = [];
  await page.after(change);
  observer.takeRecords().forEach((record) => mutations.push(record));
  return { lines: readLines.size, mutations: mutations.length };
}

beforeEach(async () => {
  readLines = new Set();
  editor = noteEditor(
    Array.from({ length: count }, (_, at) => watched(at)),
    () => 0,
  );
  const props = { editor, readOnly: false, placeOf: () => undefined, canStamp: false, onStamp: () => {} };
  page = await show(createElement(Notes, props));
  observer = new window.MutationObserver((records) => mutations.push(...records));
  observer.observe(page.all("ol")[0]!, { subtree: true, childList: true, attributes: true });
});
afterEach(() => page.close());

const keyAt = (at: number) => editor.getState().lines[at]!.key;
const caret = { start: 2, end: 2 };

it.each([
  ["a letter", () => editor.type(keyAt(0), "line 0!", 7)],
  ["Enter", () => editor.enter(keyAt(0), caret)],
  ["Backspace that joins two lines", () => editor.backspace(keyAt(1))],
  ["the removal of a line", () => editor.removeLine(keyAt(1))],
])("PRJ-31 %s at the top does no work for the lines below, and undoing it does none", async (_key, press) => {
  expect(readLines.size).toBe(count); // all lines were rendered
  for (const change of [press, editor.undo, editor.redo]) {
    const { lines, mutations: nodes } = await workOf(change);
    expect(lines).toBeLessThanOrEqual(2);
    expect(nodes).toBeLessThanOrEqual(6);
  }
  expect(page.all("textarea").map(({ value }) => value)).toEqual(
    editor
      .getState()
      .lines.map(({ block }) => (block["children"] as { text: string }[]).map(({ text }) => text).join("")),
  );
});

it("names a line by its place while it has the focus, wherever the place has moved", async () => {
  const label = () => page.focused().getAttribute("aria-label");
  await page.after(() => page.all("textarea")[4]!.focus());
  expect(label()).toBe("Line 5");
  await page.after(() => editor.enter(keyAt(0), caret));
  expect(label()).toBe("Line 2");
  await page.after(() => page.all("textarea")[5]!.focus());
  expect(label()).toBe("Line 6");
  expect(page.all("textarea")[1]!.getAttribute("aria-label")).toBe("Line");
});
