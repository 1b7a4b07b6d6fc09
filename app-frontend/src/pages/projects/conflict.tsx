import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ApiError } from "../../api/error.ts";
import type { Current } from "../../api/project-types.ts";
import { failureOf } from "../../forms/errors.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Ago } from "./ago.tsx";
import type { OpenNote } from "./open-note.ts";
import { ReadNotes } from "./read-notes.tsx";

/** Two texts of which neither replaces the other: what was typed here, and what was saved elsewhere in the meantime. */
export function Conflict({ note, current }: { note: OpenNote; current: Current }) {
  const { theirs } = useSyncExternalStore(note.subscribe, note.getState);
  const { busy, failure, submit } = useSubmission([]);
  const [error, setError] = useState<ApiError>();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []); // the line that had the focus is gone

  const load = useCallback(
    () =>
      note.loadTheirs().then(
        () => setError(undefined),
        (reason: unknown) => setError(failureOf(reason, []).form),
      ),
    [note],
  );
  useEffect(() => void load(), [load]);

  return (
    <div className="conflict">
      <h2 ref={title} tabIndex={-1}>
        This project was changed elsewhere
      </h2>
      <p role="alert">
        It was saved <Ago iso={current.savedAt} /> on <bdi>{current.device}</bdi>, while you were writing.
        Nothing is lost: choose what happens to your text.
      </p>
      <ErrorMessage error={failure.form} />
      <div className="two-texts">
        <div>
          <h3>Yours</h3>
          <ReadNotes notes={note.editor.notes()} label="Your text" />
          <Button busy={busy} onClick={() => void submit({}, note.keepCopy)}>
            Keep mine as a copy
          </Button>
        </div>
        <div>
          <h3>Theirs</h3>
          {theirs ? (
            <ReadNotes notes={theirs.notes} label="Their text" />
          ) : (
            <Retry error={error} busy={false} onRetry={load} />
          )}
          <Button variant="quiet" busy={busy} onClick={() => void submit({}, note.takeTheirs)}>
            Take theirs, drop mine
          </Button>
        </div>
      </div>
    </div>
  );
}
