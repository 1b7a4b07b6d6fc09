import { type ClipboardEvent, type KeyboardEvent, memo, useLayoutEffect, useRef } from "react";
import { isEditable, stampsOf, textOf } from "./blocks.ts";
import type { Caret, Line, Selection } from "./note-editor.ts";

export type LineActions = {
  onType: (key: number, text: string, at: number) => void;
  onKey: (key: number, event: KeyboardEvent<HTMLTextAreaElement>) => void;
  onPaste: (key: number, selection: Selection, text: string) => void;
  onFocus: (key: number, field: HTMLTextAreaElement) => void;
  onStamp: (value: unknown) => void;
  onRemoveStamp: (key: number, index: number) => void;
  onRemove: (key: number) => void;
};

export const lineLabel = "Line";

type LineRowProps = {
  line: Line;
  /** Where to put the caret, if it belongs in this line. */
  caret: Caret | undefined;
  readOnly: boolean;
  /** Shown while the line is empty. */
  hint: string | undefined;
  actions: LineActions;
};

/**
 * One line: its stamps and its text. Renders again only if it changes: there may be thousands. So it does not know its
 * place, which its label has only while it has the focus.
 */
export const LineRow = memo(function LineRow({
  line: { key, block },
  caret,
  readOnly,
  hint,
  actions,
}: LineRowProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = textOf(block);
  const canEdit = isEditable(block) && !readOnly;

  useLayoutEffect(() => {
    if (!caret) return;
    field.current?.focus();
    field.current?.setSelectionRange(caret.at, caret.at);
  }, [caret]);

  function paste(event: ClipboardEvent<HTMLTextAreaElement>) {
    const pasted = event.clipboardData.getData("text/plain");
    if (!/[\r\n\u2028\u2029]/.test(pasted)) return;
    event.preventDefault();
    actions.onPaste(key, selectionOf(event.currentTarget), pasted);
  }

  return (
    <li className="line" data-key={key}>
      {stampsOf(block).map(({ label, value }, at) => (
        <span key={at} className="stamp">
          <button type="button" onClick={() => actions.onStamp(value)}>
            <span className="visually-hidden">Go to </span>
            <bdi>{label}</bdi>
          </button>
          {canEdit && (
            <button type="button" className="unstamp" onClick={() => actions.onRemoveStamp(key, at)}>
              <span className="visually-hidden">Remove the stamp {label}</span>
              <span aria-hidden="true">×</span>
            </button>
          )}
        </span>
      ))}
      {canEdit ? (
        <span className="line-text" data-text={text}>
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            aria-label={lineLabel}
            placeholder={hint}
            value={text}
            onChange={({ target }) => actions.onType(key, target.value, target.selectionEnd)}
            onKeyDown={(event) => actions.onKey(key, event)}
            onPaste={paste}
            onFocus={({ currentTarget }) => actions.onFocus(key, currentTarget)}
            onBlur={({ currentTarget }) => currentTarget.setAttribute("aria-label", lineLabel)}
          />
        </span>
      ) : (
        <KeptBlock text={text} onRemove={readOnly ? undefined : () => actions.onRemove(key)} />
      )}
    </li>
  );
});

/** A block that this editor shows and does not change. */
function KeptBlock({ text, onRemove }: { text: string; onRemove: (() => void) | undefined }) {
  return (
    <div className="kept-block">
      <p dir="auto">{text}</p>
      {onRemove && (
        <p className="small">
          Made by another program, and kept as it is.{" "}
          <button type="button" className="link" onClick={onRemove}>
            Remove
          </button>
        </p>
      )}
    </div>
  );
}

export function selectionOf(field: HTMLTextAreaElement): Selection {
  return { start: field.selectionStart, end: field.selectionEnd };
}
