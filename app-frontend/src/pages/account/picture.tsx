import { useId, useState } from "react";
import { announcePicture, changePicture } from "../../api/account.ts";
import { messageFor } from "../../api/error-messages.ts";
import { imageTypes } from "../../api/images.ts";
import { imageProblem } from "../../uploads/image-file.ts";
import { pictureUpload } from "../../uploads/picture-upload.ts";
import { useSession } from "../../session/session.tsx";
import { FileButton } from "../../ui/file-button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Picture } from "../../ui/picture.tsx";
import { PhotoFrame } from "../../ui/photo-frame.tsx";
import { Preview } from "../../ui/preview.tsx";
import { UploadProgress } from "../../ui/upload-progress.tsx";
import { useSubmission } from "../../forms/use-submission.ts";

/** The account's picture; during an upload, the new one. */
export function AccountPicture({ src }: { src: string }) {
  const session = useSession();
  const { picked, sent, change, form, busy, done, failure, cancel } = usePictureChange();
  const errorId = useId();
  const error = failure.fields["image"];
  return (
    <form ref={form} className="picture-form">
      {picked ? (
        <PhotoFrame>
          <Preview file={picked} />
        </PhotoFrame>
      ) : (
        <Picture src={src} alt="Your picture" onStale={() => session.reload()} />
      )}
      <FileButton
        label="Change picture"
        accept={imageTypes.join()}
        busy={busy}
        error={error}
        errorId={errorId}
        onPick={(file) => void change(file)}
      />
      <p id={errorId} className="field-error" aria-live="polite">
        {error}
      </p>
      <ErrorMessage error={failure.form} />
      <UploadProgress active={busy} sent={sent} onCancel={cancel} />
      <p role="status">{done && "Your picture has been changed."}</p>
    </form>
  );
}

function usePictureChange() {
  const session = useSession();
  const submission = useSubmission(["image"]);
  const [picked, setPicked] = useState<File>();
  const [sent, setSent] = useState(0);

  async function change(file: File) {
    const problem = await imageProblem(file);
    const errors = { image: problem && messageFor(problem) };
    await submission.submit(errors, (signal) => send(file, signal).finally(() => setPicked(undefined)));
  }

  async function send(file: File, signal: AbortSignal) {
    setSent(0);
    setPicked(file);
    const upload = pictureUpload(file);
    // In one change: all calls are of one account, also if another signs in during the upload. A renewed token resumes it.
    await session.change((accessToken) =>
      upload.run(
        {
          announce: (picture) => announcePicture(accessToken, picture),
          use: (token) => changePicture(accessToken, { upload: token }, signal),
        },
        { onProgress: setSent, signal },
      ),
    );
  }

  return { ...submission, picked, sent, change };
}
