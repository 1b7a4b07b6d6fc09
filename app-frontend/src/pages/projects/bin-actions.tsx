import { useState } from "react";
import { hasCode } from "../../api/error.ts";
import type { Project } from "../../api/project-types.ts";
import { removeProject, restoreProject } from "../../api/projects.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";

/** What can be done with a project in the bin. `onGone`: it is no longer there. */
export function BinActions({ project, onGone }: { project: Project; onGone: () => void }) {
  const { id, title } = project;
  const session = useSession();
  const [asks, setAsks] = useState(false);
  const restoring = useSubmission([]);
  const removing = useSubmission([]);

  async function restore() {
    await session.withAccessToken((token) => restoreProject(token, id));
    onGone();
  }

  async function remove() {
    await session
      .withAccessToken((token) => removeProject(token, id, true))
      .catch((error: unknown) => {
        if (!hasCode(error, "not_found")) throw error;
      });
    setAsks(false);
    onGone();
  }

  return (
    <div>
      <div className="buttons">
        <Button variant="quiet" busy={restoring.busy} onClick={() => void restoring.submit({}, restore)}>
          Restore<span className="visually-hidden"> {title}</span>
        </Button>
        <Button variant="quiet" onClick={() => setAsks(true)}>
          Delete for good<span className="visually-hidden">: {title}</span>
        </Button>
      </div>
      <ErrorMessage error={restoring.failure.form} />
      {asks && (
        <Dialog title="Delete this project for good?" onClose={() => setAsks(false)}>
          <p>
            <bdi>{title}</bdi> will be deleted with all its versions. This cannot be undone.
          </p>
          <ErrorMessage error={removing.failure.form} />
          <div className="buttons">
            <Button variant="quiet" onClick={() => setAsks(false)}>
              Keep project
            </Button>
            <Button variant="danger" busy={removing.busy} onClick={() => void removing.submit({}, remove)}>
              Delete for good
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
