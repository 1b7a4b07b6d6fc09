import { useState } from "react";
import * as api from "../../api/media.ts";
import { newKey } from "../../api/new-key.ts";
import type { ProjectFacts } from "../../api/projects.ts";
import { useForm } from "../../forms/use-form.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { FileButton } from "../../ui/file-button.tsx";
import { Form, Submit } from "../../ui/form.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { type MediaStore, canResume, mediaUpload } from "../../uploads/media-upload.ts";
import { Files } from "./files.tsx";
import { Sending } from "./sending.tsx";

type Change = (facts: ProjectFacts) => Promise<void>;

/** What a project can have beside its notes: a file, new or used before, or a video on YouTube. */
export function AddMedia({ onChange }: { onChange: Change }) {
  const [picks, setPicks] = useState(false);
  return (
    <div className="add-media">
      <SendFile onChange={onChange} />
      <Button variant="quiet" onClick={() => setPicks(true)}>
        Choose from your files
      </Button>
      {picks && <Files onUse={(mediaId) => onChange({ mediaId })} onClose={() => setPicks(false)} />}
      <LinkForm onChange={onChange} />
    </div>
  );
}

function SendFile({ onChange }: { onChange: Change }) {
  const session = useSession();
  const { busy, failure, submit, cancel } = useSubmission([]);
  const [sent, setSent] = useState(0);
  const [upload, setUpload] = useState<ReturnType<typeof mediaUpload>>();

  function send(next: ReturnType<typeof mediaUpload>) {
    setUpload(next);
    setSent(0);
    void submit({}, async (signal) => {
      const media = await next.run({ onProgress: setSent, signal });
      await onChange({ mediaId: media.id });
    });
  }

  const start = (file: File) => send(mediaUpload(file, storeOf(session), newKey(), pause));
  return (
    <div>
      <FileButton
        label="Add a file"
        accept="audio/*,video/*,application/pdf,.mkv,.flac"
        busy={busy}
        onPick={start}
      />
      <p className="small">Sound, video or PDF, up to 200 MB.</p>
      <ErrorMessage error={failure.form} />
      {failure.form && upload && canResume(failure.form) && (
        <Button variant="quiet" onClick={() => send(upload)}>
          Try again
        </Button>
      )}
      <Sending active={busy} sent={sent} onCancel={cancel} />
    </div>
  );
}

function LinkForm({ onChange }: { onChange: Change }) {
  const form = useForm({ src: "" });
  const add = () => onChange({ src: form.values.src.trim() });
  return (
    <Form form={form} onSubmit={() => void form.submit(add)}>
      <TextField label="Or a link to a YouTube video" type="text" autoComplete="off" {...form.field("src")} />
      <Submit form={form}>Add link</Submit>
    </Form>
  );
}

function storeOf({ withAccessToken }: ReturnType<typeof useSession>): MediaStore {
  return {
    announce: (media, key) => withAccessToken((token) => api.announceMedia(token, media, key)),
    send: api.sendMedia,
    complete: (id) => withAccessToken((token) => api.completeMedia(token, id)),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
