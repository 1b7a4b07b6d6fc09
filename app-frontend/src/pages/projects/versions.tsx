import { useEffect, useState } from "react";
import type { ApiError } from "../../api/error.ts";
import type { Notes, Version } from "../../api/project-types.ts";
import { getVersion, listVersions } from "../../api/projects.ts";
import { formatBytes } from "../../format/bytes.ts";
import { failureOf } from "../../forms/errors.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Ago } from "./ago.tsx";
import type { OpenNote } from "./open-note.ts";
import { ReadNotes } from "./read-notes.tsx";

/** Former versions of the notes, to read one or to go back to it. Going back is an edit like any other. */
export function Versions({ note, onClose }: { note: OpenNote; onClose: () => void }) {
  const { project } = note.getState();
  const { items, error, load } = useVersions(project.id);
  const [shown, setShown] = useState<{ version: Version; notes: Notes }>();

  function goBack(notes: Notes) {
    note.editor.set(notes);
    onClose();
  }

  return (
    <Dialog title="Versions" startAtTitle onClose={onClose}>
      <Retry error={error} busy={false} onRetry={load} />
      {shown ? (
        <>
          <p className="small">
            Version {shown.version.version}, <Ago iso={shown.version.savedAt} />
          </p>
          <ReadNotes notes={shown.notes} label={`Version ${shown.version.version}`} />
          <div className="buttons">
            {project.deletedAt === null && (
              <Button onClick={() => goBack(shown.notes)}>Go back to this version</Button>
            )}
            <Button variant="quiet" onClick={() => setShown(undefined)}>
              All versions
            </Button>
          </div>
        </>
      ) : (
        <ul className="files">
          {items.map((version) => (
            <Item key={version.version} projectId={project.id} version={version} onShow={setShown} />
          ))}
        </ul>
      )}
      <Button variant="quiet" onClick={onClose}>
        Close
      </Button>
    </Dialog>
  );
}

type ItemProps = {
  projectId: string;
  version: Version;
  onShow: (shown: { version: Version; notes: Notes }) => void;
};

function Item({ projectId, version, onShow }: ItemProps) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function show() {
    const notes = await session.withAccessToken((token) => getVersion(token, projectId, version.version));
    onShow({ version, notes });
  }

  return (
    <li>
      <p>
        <Ago iso={version.savedAt} />{" "}
        <span className="small">
          {formatBytes(version.bytes)} · <bdi>{version.device}</bdi>
        </span>
      </p>
      <ErrorMessage error={failure.form} />
      <Button variant="quiet" busy={busy} onClick={() => void submit({}, show)}>
        Show<span className="visually-hidden"> version {version.version}</span>
      </Button>
    </li>
  );
}

function useVersions(projectId: string) {
  const { withAccessToken } = useSession();
  const [items, setItems] = useState<readonly Version[]>([]);
  const [error, setError] = useState<ApiError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setError(undefined);
    withAccessToken((token) => listVersions(token, projectId)).then(setItems, (reason: unknown) =>
      setError(failureOf(reason, []).form),
    );
  }, [withAccessToken, projectId, attempt]);
  return { items, error, load: async () => setAttempt((last) => last + 1) };
}
