import { useState, useSyncExternalStore } from "react";
import { removeProject } from "../../api/projects.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { paths } from "../../navigation/paths.ts";
import { navigate } from "../../navigation/router.tsx";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { markdownOf } from "./markdown.ts";
import type { OpenNote } from "./open-note.ts";
import { TitleForm } from "./title-form.tsx";
import { tidyTitle, titleError } from "./titles.ts";
import { Versions } from "./versions.tsx";

/** What can be done with a project as a whole. */
export function ProjectMenu({ note }: { note: OpenNote }) {
  const { project } = useSyncExternalStore(note.subscribe, note.getState);
  const session = useSession();
  const [open, setOpen] = useState<"rename" | "versions">();
  const { busy, failure, submit } = useSubmission([]);
  const isBinned = project.deletedAt !== null;
  const close = () => setOpen(undefined);

  async function bin() {
    await note.queue.flush();
    await session.withAccessToken((token) => removeProject(token, project.id, false));
    navigate(paths.projects());
  }

  return (
    <div className="project-menu">
      <div className="buttons">
        {!isBinned && (
          <Button variant="quiet" onClick={() => setOpen("rename")}>
            Rename
          </Button>
        )}
        <Button variant="quiet" onClick={() => setOpen("versions")}>
          Versions
        </Button>
        <Button variant="quiet" onClick={() => saveAsMarkdown(note)}>
          Save as Markdown
        </Button>
        {!isBinned && (
          <Button variant="quiet" busy={busy} onClick={() => void submit({}, bin)}>
            Move to bin
          </Button>
        )}
      </div>
      <ErrorMessage error={failure.form} />
      {open === "rename" && (
        <Dialog title="Rename the project" onClose={close}>
          <Rename note={note} onClose={close} />
        </Dialog>
      )}
      {open === "versions" && <Versions note={note} onClose={close} />}
    </div>
  );
}

function Rename({ note, onClose }: { note: OpenNote; onClose: () => void }) {
  const form = useForm({ title: note.getState().project.title }, { title: titleError });

  async function rename() {
    await note.change({ title: tidyTitle(form.values.title) });
    onClose();
  }

  return <TitleForm form={form} action="Rename" onSubmit={rename} onClose={onClose} />;
}

function saveAsMarkdown(note: OpenNote) {
  const { project } = note.getState();
  const markdown = markdownOf(project, note.editor.notes());
  const url = URL.createObjectURL(new Blob([markdown], { type: "text/markdown" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${project.title.replace(/[/\\:*?"<>|]/g, "_")}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
