import { useState, useSyncExternalStore } from "react";
import { newKey } from "../../api/new-key.ts";
import { createProject } from "../../api/projects.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { paths, projectPath } from "../../navigation/paths.ts";
import { Link, navigate } from "../../navigation/router.tsx";
import { type StoredDraft, browserDrafts } from "../../session/drafts.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Page } from "../../ui/page.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Ago } from "./ago.tsx";
import { copyTitle } from "./titles.ts";
import { type Opened, useNote } from "./use-note.ts";
import { Workspace } from "./workspace.tsx";
import "../../styles/projects.css";

export function OpenProject({ id, accountId }: { id: string; accountId: string }) {
  const { opened, retry } = useNote(id, accountId);
  return (
    <Page title={useTitle(opened)}>
      {opened.status === "loading" && <p className="loading">Opening the project…</p>}
      {opened.status === "failed" && (
        <Retry error={opened.error} busy={false} onRetry={async () => retry()} />
      )}
      {opened.status === "gone" && <Gone id={id} accountId={accountId} drafts={opened.drafts} />}
      {opened.status === "open" && <Workspace note={opened.note} />}
    </Page>
  );
}

const never = () => () => {};

/** One heading for all that the page becomes, so that the focus stays on it. */
function useTitle(opened: Opened): string {
  const note = opened.status === "open" ? opened.note : undefined;
  const fallback = opened.status === "gone" ? "Project not found" : "Project";
  return useSyncExternalStore(note?.subscribe ?? never, () => note?.getState().project.title ?? fallback);
}

type GoneProps = { id: string; accountId: string; drafts: readonly StoredDraft[] };

/** A project that does not exist. Text of it that was never saved is offered. */
function Gone({ id, accountId, drafts }: GoneProps) {
  return (
    <>
      <p>This project does not exist, or it was deleted for good.</p>
      {drafts.map((stored) => (
        <Rescue key={stored.tab} id={id} accountId={accountId} {...stored} />
      ))}
      <p>
        <Link to={paths.projects()}>Go to your projects</Link>
      </p>
    </>
  );
}

function Rescue({ id, accountId, tab, draft }: { id: string; accountId: string } & StoredDraft) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);
  const [count, setCount] = useState(1);
  const [key] = useState(newKey);

  async function keep() {
    setCount(count + 1); // another title if this one is taken
    const project = { title: copyTitle(draft.title, count), notes: draft.notes };
    const { id: created } = await session.withAccessToken((token) => createProject(token, project, key));
    browserDrafts.remove({ accountId, projectId: id, tab });
    navigate(projectPath(created));
  }

  return (
    <div className="message">
      <p>
        This browser has text of “<bdi>{draft.title}</bdi>” from{" "}
        <Ago iso={new Date(draft.atMs).toISOString()} /> that was never saved.
      </p>
      <ErrorMessage error={failure.form} />
      <Button busy={busy} onClick={() => void submit({}, keep)}>
        Keep it as a new project
      </Button>
    </div>
  );
}
