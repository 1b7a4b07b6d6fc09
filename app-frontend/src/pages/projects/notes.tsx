import {
  type KeyboardEvent,
  type RefObject,
  memo,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";
import { Button } from "../../ui/button.tsx";
import { textOf } from "./blocks.ts";
import { LineRow, type LineActions, selectionOf } from "./line-row.tsx";
import type { Caret, Line, NoteEditor } from "./note-editor.ts";
import type { Stamp } from "./stamps.ts";

const chunkLines = 100;

type NotesProps = {
  editor: NoteEditor;
  readOnly: boolean;
  /** The player's place, if there is a player. */
  placeOf: () => Stamp | undefined;
  canStamp: boolean;
  onStamp: (value: unknown) => void;
};

/** The editor of notes: a list of lines. */
export function Notes({ editor, readOnly, placeOf, canStamp, onStamp }: NotesProps) {
  const { lines, caret, canUndo, canRedo } = useSyncExternalStore(editor.subscribe, editor.getState);
  const list = useRef<HTMLOListElement>(null);
  const [actions, current] = useActions(editor, placeOf, onStamp);
  const starts = Array.from({ length: Math.ceil(lines.length / chunkLines) }, (_, at) => at * chunkLines);
  useNativeInput(list, editor, placeOf);

  /** A new line with a stamp, after the line that has the caret. */
  function stamp() {
    const line = lines.find(({ key }) => key === current.current) ?? lines.at(-1)!;
    const end = textOf(line.block).length;
    editor.enter(line.key, { start: end, end }, placeOf());
  }

  return (
    <div className="notes">
      {!readOnly && (
        <div className="buttons">
          {canStamp && (
            <Button variant="quiet" onClick={stamp}>
              Stamp <kbd>Enter</kbd>
            </Button>
          )}
          <Step active={canUndo} onStep={editor.undo}>
            Undo
          </Step>
          <Step active={canRedo} onStep={editor.redo}>
            Redo
          </Step>
        </div>
      )}
      <ol ref={list} className="lines" aria-label="Notes">
        {starts.map((start) => (
          <Chunk
            key={start}
            lines={lines.slice(start, start + chunkLines)}
            first={start}
            caret={caret}
            readOnly={readOnly}
            actions={actions}
          />
        ))}
      </ol>
    </div>
  );
}

type ChunkProps = {
  lines: readonly Line[];
  first: number;
  caret: Caret | undefined;
  readOnly: boolean;
  actions: LineActions;
};

/** Renders again only if one of its lines changes, so that a key does not wait for thousands of others. */
const Chunk = memo(function Chunk({ lines, first, caret, readOnly, actions }: ChunkProps) {
  const isOnly = first === 0 && lines.length === 1;
  return lines.map((line, at) => (
    <LineRow
      key={line.key}
      line={line}
      index={first + at}
      caret={caret?.key === line.key ? caret : undefined}
      readOnly={readOnly}
      hint={isOnly ? "Write here" : undefined}
      actions={actions}
    />
  ));
}, areSame);

function areSame(before: ChunkProps, after: ChunkProps): boolean {
  return (
    before.caret === after.caret &&
    before.readOnly === after.readOnly &&
    before.actions === after.actions &&
    before.lines.length === after.lines.length &&
    before.lines.every((line, at) => line === after.lines[at])
  );
}

/** Stays without a step, so that the focus stays. */
function Step({ active, onStep, children }: { active: boolean; onStep: () => void; children: string }) {
  return (
    <button
      type="button"
      className="button quiet"
      aria-disabled={!active}
      onClick={active ? onStep : undefined}
    >
      {children}
    </button>
  );
}

type PlaceOf = NotesProps["placeOf"];

/** What the lines call, and the key of the line that had the focus last. */
function useActions(
  editor: NoteEditor,
  placeOf: PlaceOf,
  onStamp: (value: unknown) => void,
): [actions: LineActions, current: RefObject<number | undefined>] {
  const current = useRef<number>(undefined);
  const actions = useMemo(() => {
    function press(key: number, event: KeyboardEvent<HTMLTextAreaElement>) {
      if (event.nativeEvent.isComposing) return; // the key belongs to an input method
      if (handled(editor, key, event, placeOf)) event.preventDefault();
    }
    return {
      onType: editor.type,
      onKey: press,
      onPaste: editor.paste,
      onFocus: (key: number) => void (current.current = key),
      onStamp,
      onRemoveStamp: editor.removeStamp,
      onRemove: editor.removeLine,
    };
  }, [editor, placeOf, onStamp]);
  return [actions, current];
}

/** Whether the key did something here. */
function handled(
  editor: NoteEditor,
  key: number,
  event: KeyboardEvent<HTMLTextAreaElement>,
  placeOf: PlaceOf,
): boolean {
  const field = event.currentTarget;
  const selection = selectionOf(field);
  const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey;
  if (isHistoryKey(event)) {
    if (event.key.toLowerCase() === "y" || event.shiftKey) editor.redo();
    else editor.undo();
    return true;
  }
  if (!isPlain || event.shiftKey) return false;
  if (event.key === "Enter") {
    editor.enter(key, selection, placeOf());
    return true;
  }
  const isAtStart = selection.start === 0 && selection.end === 0;
  const isAtEnd = selection.start === field.value.length && selection.end === selection.start;
  if (event.key === "Backspace" && isAtStart) editor.backspace(key);
  else if (event.key === "Delete" && isAtEnd) editor.joinNext(key);
  else if (event.key === "ArrowUp" && isAtStart) return focusBeside(field, -1);
  else if (event.key === "ArrowDown" && isAtEnd) return focusBeside(field, 1);
  else return false;
  return true;
}

function isHistoryKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && !altKey && /^[zy]$/i.test(key);
}

function focusBeside(field: HTMLTextAreaElement, step: -1 | 1): boolean {
  const all = [...(field.closest("ol")?.querySelectorAll("textarea") ?? [])];
  const next = all[all.indexOf(field) + step];
  if (!next) return false;
  const at = step < 0 ? next.value.length : 0;
  next.focus();
  next.setSelectionRange(at, at);
  return true;
}

/** What comes without a key: the browser's own undo, and Enter of a virtual keyboard. */
function useNativeInput(list: RefObject<HTMLOListElement | null>, editor: NoteEditor, placeOf: PlaceOf) {
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const stop = new AbortController();
    const { signal } = stop;
    let isShift = false;
    element.addEventListener("keydown", (event) => (isShift = event.shiftKey), { signal });
    element.addEventListener(
      "beforeinput",
      (event) => {
        const field = event.target as HTMLTextAreaElement;
        const key = Number(field.closest<HTMLElement>("[data-key]")?.dataset["key"]);
        if (event.inputType === "historyUndo") editor.undo();
        else if (event.inputType === "historyRedo") editor.redo();
        else if (isEnter(event) && !isShift) editor.enter(key, selectionOf(field), placeOf());
        else return;
        event.preventDefault();
      },
      { signal },
    );
    return () => stop.abort();
  }, [list, editor, placeOf]);
}

function isEnter({ inputType, isComposing }: InputEvent): boolean {
  return !isComposing && (inputType === "insertLineBreak" || inputType === "insertParagraph");
}
