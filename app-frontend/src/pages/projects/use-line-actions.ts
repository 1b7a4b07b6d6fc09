import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import { type LineActions, lineLabel, selectionOf } from "./line-row.tsx";
import type { NoteEditor } from "./note-editor.ts";
import type { Stamp } from "./stamps.ts";

/** The player's place, if there is a player. */
export type PlaceOf = () => Stamp | undefined;

/** What the lines call, and the key of the line that had the focus last. */
export function useLineActions(
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
      onFocus(key: number, field: HTMLTextAreaElement) {
        current.current = key;
        const at = editor.getState().lines.findIndex((line) => line.key === key);
        field.setAttribute("aria-label", `${lineLabel} ${at + 1}`);
      },
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
export function useNativeInput(
  list: RefObject<HTMLOListElement | null>,
  editor: NoteEditor,
  placeOf: PlaceOf,
) {
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
