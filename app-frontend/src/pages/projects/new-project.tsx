import { useState } from "react";
import { newKey } from "../../api/new-key.ts";
import { createProject } from "../../api/projects.ts";
import { useForm } from "../../forms/use-form.ts";
import { projectPath } from "../../navigation/paths.ts";
import { navigate } from "../../navigation/router.tsx";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TitleForm } from "./title-form.tsx";
import { tidyTitle, titleError } from "./titles.ts";

export function NewProject() {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState(newKey); // a repetition finds the project of the first try
  const form = useForm({ title: "" }, { title: titleError });

  async function create() {
    const title = tidyTitle(form.values.title);
    const { id } = await session.withAccessToken((token) => createProject(token, { title }, key));
    setKey(newKey);
    navigate(projectPath(id));
  }

  return (
    <>
      <Button onClick={() => setOpen(true)}>New project</Button>
      {open && (
        <Dialog title="New project" onClose={() => setOpen(false)}>
          <TitleForm form={form} action="Create" onSubmit={create} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}
