import { hasCode } from "../../api/error.ts";
import { type GalleryImage, removeImage } from "../../api/images.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { useSubmission } from "../../forms/use-submission.ts";

type DeleteDialogProps = { image: GalleryImage; onRemoved: () => void; onClose: () => void };

/** Confirms the deletion of an image. */
export function DeleteDialog({ image, onRemoved, onClose }: DeleteDialogProps) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function remove() {
    await session.withAccessToken((token) => removeImage(token, image.id)).catch(ignoreMissing);
    onClose();
    onRemoved();
  }

  return (
    <Dialog title="Delete this picture?" onClose={onClose}>
      <p>{image.name} will be deleted for everyone. This cannot be undone.</p>
      <ErrorMessage error={failure.form} />
      <div className="buttons">
        <Button variant="quiet" onClick={onClose}>
          Keep picture
        </Button>
        <Button variant="danger" busy={busy} onClick={() => void submit({}, remove)}>
          Delete for good
        </Button>
      </div>
    </Dialog>
  );
}

/** A missing image is already deleted. */
function ignoreMissing(error: unknown) {
  if (!hasCode(error, "not_found")) throw error;
}
