import { type KeyboardEvent, useCallback, useRef, useState, useSyncExternalStore } from "react";
import type { ApiError } from "../../api/error.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { paths, projectPath } from "../../navigation/paths.ts";
import { Link, navigate } from "../../navigation/router.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage, Notice } from "../../ui/message.tsx";
import { Conflict } from "./conflict.tsx";
import { isMac, playerAction } from "./keys.ts";
import { MediaPane } from "./media-pane.tsx";
import { Notes } from "./notes.tsx";
import type { OpenNote } from "./open-note.ts";
import type { Playback } from "./playback.ts";
import { stepS } from "./player.tsx";
import { ProjectMenu } from "./project-menu.tsx";
import { SaveStatus } from "./save-status.tsx";
import { isPlace, stampAt } from "./stamps.ts";

/** One project: its media beside its notes. */
export function Workspace({ note }: { note: OpenNote }) {
  const { project, copy, isRestored, left, keepsDrafts } = useSyncExternalStore(
    note.subscribe,
    note.getState,
  );
  const save = useSyncExternalStore(note.queue.subscribe, note.queue.getState);
  const player = useRef<Playback>(undefined);
  const placeOf = useCallback(() => player.current && stampAt(player.current.place()), []);
  const documentUrl = useRef<string>(undefined);
  const setDocumentUrl = useCallback((url: string | undefined) => void (documentUrl.current = url), []);
  const setPlayer = useCallback((next: Playback | undefined) => void (player.current = next), []);
  const [isNowhere, setNowhere] = useState(false);
  const isBinned = project.deletedAt !== null;
  const canStamp = project.type === "audio" || project.type === "video";

  const goTo = useCallback(
    (value: unknown) => {
      const { src } = note.getState().project;
      if (player.current) return setNowhere(!player.current.seek(value));
      const url = src ? `${src}&t=` : documentUrl.current && `${documentUrl.current}#page=`;
      const isThere = url !== undefined && isPlace(value);
      setNowhere(!isThere);
      if (isThere) window.open(`${url}${Math.floor(value)}`, "_blank", "noopener,noreferrer");
    },
    [note],
  );

  /** The keys of the player, with the focus in the player or the notes. */
  function press(event: KeyboardEvent) {
    const action = playerAction(event.nativeEvent, isMac());
    if (!action || !player.current) return;
    event.preventDefault();
    if (action === "toggle") player.current.toggle();
    else player.current.step(action === "back" ? -stepS : stepS);
  }

  return (
    <div className="project">
      <div className="project-bar">
        <SaveStatus queue={note.queue} keepsDrafts={keepsDrafts}>
          {(error) => <Remedy note={note} error={error} />}
        </SaveStatus>
        <ProjectMenu note={note} />
      </div>
      {isBinned && <InBin note={note} />}
      {isRestored && <Notice>Text that was not saved the last time is here again.</Notice>}
      {copy && (
        <Notice>
          Your text is now in <Link to={projectPath(copy.id)}>{copy.title}</Link>.
        </Notice>
      )}
      {left.length > 0 && save.status === "saved" && (
        <Notice>
          This browser has more text of this project that was never saved.{" "}
          <button type="button" className="link" onClick={() => note.adopt(left[0]!)}>
            Show it
          </button>
        </Notice>
      )}
      <p role="status" className="small">
        {isNowhere && "This browser finds no such place in the file."}
      </p>
      <div className="workspace" onKeyDown={press}>
        <MediaPane note={note} onPlayer={setPlayer} onDocument={setDocumentUrl} readOnly={isBinned} />
        {save.status === "conflict" ? (
          <Conflict note={note} current={save.current} />
        ) : (
          <Notes
            editor={note.editor}
            readOnly={isBinned}
            placeOf={placeOf}
            canStamp={canStamp}
            onStamp={goTo}
          />
        )}
      </div>
    </div>
  );
}

function InBin({ note }: { note: OpenNote }) {
  const { busy, failure, submit } = useSubmission([]);
  return (
    <div className="message">
      <p>This project is in the bin. Restore it to change it.</p>
      <ErrorMessage error={failure.form} />
      <Button busy={busy} onClick={() => void submit({}, note.restore)}>
        Restore
      </Button>
    </div>
  );
}

/** What a person can do if the text cannot be saved. */
function Remedy({ note, error }: { note: OpenNote; error: ApiError }) {
  const { busy, failure, submit } = useSubmission([]);
  const isGone = error.code === "not_found";
  const isInBin = error.code === "in_bin";
  const isKnown = note.getState().project.deletedAt !== null; // the page has a button then

  async function move() {
    const copy = await note.moveToCopy();
    navigate(projectPath(copy.id));
  }

  return (
    <>
      {isGone && (
        <Button busy={busy} onClick={() => void submit({}, move)}>
          Keep it as a new project
        </Button>
      )}
      {isInBin && !isKnown && (
        <Button busy={busy} onClick={() => void submit({}, note.restore)}>
          Restore
        </Button>
      )}
      {!isGone && !isInBin && (
        <Button variant="quiet" onClick={() => void note.queue.flush()}>
          Save now
        </Button>
      )}
      {error.code === "quota_exceeded" && <Link to={paths.projects()}>Go to your projects</Link>}
      <ErrorMessage error={failure.form} />
    </>
  );
}
