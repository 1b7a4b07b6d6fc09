import type { Block, Notes } from "../../api/project-types.ts";
import { emitter } from "../../emitter.ts";
import {
  blockOf,
  isEditable,
  join,
  split,
  stampsOf,
  textOf,
  withStamp,
  withText,
  withoutStamp,
} from "./blocks.ts";
import type { Stamp } from "./stamps.ts";

/** A block with a key that it keeps while it is edited. */
export type Line = { readonly key: number; readonly block: Block };

/** Where the caret belongs after a change. */
export type Caret = { readonly key: number; readonly at: number };

export type EditorState = {
  readonly lines: readonly Line[];
  /** Set by changes that move the caret, but not by typing: an input method loses its text if it is set then. */
  readonly caret: Caret | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
};

type Step = Pick<EditorState, "lines" | "caret">;
/** The selection in a line. */
export type Selection = { start: number; end: number };

export type NoteEditor = ReturnType<typeof noteEditor>;

const maxSteps = 500;
/** Letters typed one after another are undone together. */
const groupMs = 1_000;

/** The lines of a note, and what a person does to them. Blocks that it cannot change stay as they came. */
export function noteEditor(notes: Notes, now: () => number) {
  const changed = emitter();
  const edited = emitter();
  let lastKey = 0;
  let past: Step[] = [];
  let future: Step[] = [];
  let group = { name: "", untilMs: 0 };
  let step: Step = { lines: linesOf(notes), caret: undefined };
  let state = shown(true);

  function line(block: Block): Line {
    return { key: ++lastKey, block };
  }

  function linesOf(blocks: Notes): readonly Line[] {
    return (blocks.length > 0 ? blocks : [blockOf("")]).map(line);
  }

  function shown(moves: boolean): EditorState {
    const caret = moves ? step.caret : undefined;
    return { lines: step.lines, caret, canUndo: past.length > 0, canRedo: future.length > 0 };
  }

  function show(moves = true) {
    state = shown(moves);
    changed.emit();
  }

  /** Changes of one group that follow each other closely are one step back. */
  function become(next: Step, name = "") {
    const joins = name !== "" && name === group.name && now() < group.untilMs;
    if (!joins) past = [...past, step].slice(-maxSteps);
    group = { name, untilMs: now() + groupMs };
    future = [];
    step = next;
    show(name === "");
    edited.emit();
  }

  /** Replaces the line of that key by others. */
  function replace(key: number, by: readonly Line[], caret?: Caret, name?: string) {
    const lines = step.lines.flatMap((own) => (own.key === key ? by : [own]));
    become({ lines: lines.length > 0 ? lines : linesOf([]), caret }, name);
  }

  function find(key: number) {
    const at = step.lines.findIndex((own) => own.key === key);
    return { own: step.lines[at], before: step.lines[at - 1], after: step.lines[at + 1] };
  }

  function travel(from: Step[], to: Step[]) {
    const next = from.pop();
    if (!next) return;
    to.push(step);
    step = { lines: next.lines, caret: next.caret && { ...next.caret } };
    group = { name: "", untilMs: 0 };
    show();
    edited.emit();
  }

  return {
    getState: () => state,
    subscribe: changed.subscribe,
    /** Subscribes to changes by the person. */
    onEdited: edited.subscribe,

    /** The notes to store. An empty editor has none. */
    notes(): Notes {
      const [first, ...more] = step.lines.map(({ block }) => block);
      const isEmpty =
        more.length === 0 && isEditable(first!) && !textOf(first!) && stampsOf(first!).length === 0;
      return isEmpty ? [] : [first!, ...more];
    },

    type(key: number, text: string, at: number) {
      const { own } = find(key);
      if (own) replace(key, [{ key, block: withText(own.block, text) }], { key, at }, `type ${key}`);
    },

    /** Begins another line, with a stamp if one is given. An empty line that has none gets it itself. */
    enter(key: number, { start, end }: Selection, stamp?: Stamp) {
      const { own } = find(key);
      if (!own) return;
      if (!isEditable(own.block)) {
        const next = line(blockOf("", stamp));
        return replace(key, [own, next], { key: next.key, at: 0 });
      }
      const text = textOf(own.block);
      if (stamp && text === "" && stampsOf(own.block).length === 0)
        return replace(key, [{ key, block: withStamp(own.block, stamp) }], { key, at: 0 });
      const kept = withText(own.block, text.slice(0, start) + text.slice(end));
      const [first, rest] = split(kept, start);
      const next = line(stamp ? withStamp(rest, stamp) : rest);
      replace(key, [{ key, block: first }, next], { key: next.key, at: 0 });
    },

    /** What Backspace does at the beginning of a line: removes a stamp, else joins the line with the one before. */
    backspace(key: number) {
      const { own, before } = find(key);
      if (!own) return;
      const stamps = stampsOf(own.block).length;
      if (stamps > 0)
        return replace(key, [{ key, block: withoutStamp(own.block, stamps - 1) }], { key, at: 0 });
      if (!before || !isEditable(before.block)) return;
      const caret = { key: before.key, at: textOf(before.block).length };
      const joined = { key: before.key, block: join(before.block, own.block) };
      const lines = step.lines
        .filter((other) => other !== own)
        .map((other) => (other === before ? joined : other));
      become({ lines, caret });
    },

    /** What Delete does at the end of a line. */
    joinNext(key: number) {
      const { own, after } = find(key);
      if (!own || !after || !isEditable(after.block)) return;
      const caret = { key, at: textOf(own.block).length };
      const joined = { key, block: join(own.block, after.block) };
      const lines = step.lines
        .filter((other) => other !== after)
        .map((other) => (other === own ? joined : other));
      become({ lines, caret });
    },

    /** Inserts text of several lines in place of the selection. */
    paste(key: number, { start, end }: Selection, text: string) {
      const { own } = find(key);
      if (!own) return;
      const pasted = text.replace(/\r\n?|[\u2028\u2029]/g, "\n").split("\n");
      const old = textOf(own.block);
      const [first, rest] = split(withText(own.block, old.slice(0, start) + old.slice(end)), start);
      if (pasted.length === 1) {
        const block = withText(own.block, old.slice(0, start) + pasted[0]! + old.slice(end));
        return replace(key, [{ key, block }], { key, at: start + pasted[0]!.length });
      }
      const middle = pasted.slice(1, -1).map((each) => line(blockOf(each)));
      const last = line(withText(rest, pasted.at(-1)! + textOf(rest)));
      const begun = { key, block: withText(first, textOf(first) + pasted[0]!) };
      replace(key, [begun, ...middle, last], { key: last.key, at: pasted.at(-1)!.length });
    },

    stamp(key: number, stamp: Stamp) {
      const { own } = find(key);
      if (own) replace(key, [{ key, block: withStamp(own.block, stamp) }]);
    },

    removeStamp(key: number, index: number) {
      const { own } = find(key);
      if (own) replace(key, [{ key, block: withoutStamp(own.block, index) }], { key, at: 0 });
    },

    removeLine(key: number) {
      const { before, after } = find(key);
      const next = before ?? after;
      replace(key, [], next && { key: next.key, at: textOf(next.block).length });
    },

    /** Replaces everything, as one step that can be undone. */
    set(blocks: Notes) {
      become({ lines: linesOf(blocks), caret: undefined });
    },

    /** Shows what was saved elsewhere. Unchanged lines keep their keys, and nothing before it can be undone. */
    follow(blocks: Notes) {
      const old = step.lines;
      const fresh = linesOf(blocks);
      const same = (one: Line | undefined, other: Line | undefined) =>
        one && other && JSON.stringify(one.block) === JSON.stringify(other.block);
      let head = 0;
      while (head < fresh.length && same(old[head], fresh[head])) head += 1;
      let tail = 0;
      while (tail < Math.min(old.length, fresh.length) - head && same(old.at(-1 - tail), fresh.at(-1 - tail)))
        tail += 1;
      const lines = fresh.map((own, at) => {
        const kept = at < head ? old[at] : old[old.length - fresh.length + at];
        if (at < head || at >= fresh.length - tail) return kept!;
        const key = at < old.length - tail ? old[at]!.key : own.key; // an edited line keeps the caret
        return { key, block: own.block };
      });
      [past, future] = [[], []];
      group = { name: "", untilMs: 0 };
      step = { lines, caret: undefined };
      show();
    },

    undo: () => travel(past, future),
    redo: () => travel(future, past),
  };
}
