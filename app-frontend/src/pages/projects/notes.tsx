import { memo, useRef, useSyncExternalStore } from "react";
import { Button } from "../../ui/button.tsx";
import { textOf } from "./blocks.ts";
import { LineRow, type LineActions } from "./line-row.tsx";
import type { Caret, Line, NoteEditor } from "./note-editor.ts";
import { type PlaceOf, useLineActions, useNativeInput } from "./use-line-actions.ts";

/** About as many lines are in a chunk. */
const chunkLines = 64;

type NotesProps = {
  editor: NoteEditor;
  readOnly: boolean;
  placeOf: PlaceOf;
  canStamp: boolean;
  onStamp: (value: unknown) => void;
};

/** The editor of notes: a list of lines. */
export function Notes({ editor, readOnly, placeOf, canStamp, onStamp }: NotesProps) {
  const { lines, caret, canUndo, canRedo } = useSyncExternalStore(editor.subscribe, editor.getState);
  const list = useRef<HTMLOListElement>(null);
  const [actions, current] = useLineActions(editor, placeOf, onStamp);
  useNativeInput(list, editor, placeOf);

  /** A new line after the one that had the focus last, with a stamp if there is a player. */
  function addLine() {
    const line = lines.find(({ key }) => key === current.current) ?? lines.at(-1)!;
    const end = textOf(line.block).length;
    editor.enter(line.key, { start: end, end }, placeOf());
  }

  return (
    <div className="notes">
      {!readOnly && (
        <div className="buttons">
          <Button variant="quiet" onClick={addLine}>
            {canStamp ? "Stamp" : "New line"} <kbd>Enter</kbd>
          </Button>
          <Step active={canUndo} onStep={editor.undo}>
            Undo
          </Step>
          <Step active={canRedo} onStep={editor.redo}>
            Redo
          </Step>
        </div>
      )}
      <ol ref={list} className="lines" aria-label="Notes">
        {chunksOf(lines).map((chunk, at) => (
          <Chunk
            key={at === 0 ? "first" : chunk[0]!.key}
            lines={chunk}
            isOnly={lines.length === 1}
            caret={caret && chunk.some(({ key }) => key === caret.key) ? caret : undefined}
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
  /** Whether the notes have no other line. */
  isOnly: boolean;
  caret: Caret | undefined;
  readOnly: boolean;
  actions: LineActions;
};

/** Begins a chunk at each line of certain keys, so that a line that comes or goes changes its own chunk and no other. */
function chunksOf(lines: readonly Line[]): (readonly Line[])[] {
  const starts = lines.flatMap(({ key }, at) => (at === 0 || key % chunkLines === 0 ? [at] : []));
  return starts.map((start, at) => lines.slice(start, starts[at + 1]));
}

/** Renders again only if one of its lines changes, so that a key does not wait for thousands of others. */
const Chunk = memo(function Chunk({ lines, isOnly, caret, readOnly, actions }: ChunkProps) {
  return lines.map((line) => (
    <LineRow
      key={line.key}
      line={line}
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
    before.isOnly === after.isOnly &&
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
