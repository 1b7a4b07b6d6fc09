import { removeTotp } from "../../api/factors.ts";
import { hasCode } from "../../api/error.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { useStepUp } from "./use-step-up.tsx";

type RemoveFactorProps = { onRemoved: () => void; onClose: () => void };

/** Confirms that signing in is to need the password alone. */
export function RemoveFactor({ onRemoved, onClose }: RemoveFactorProps) {
  const session = useSession();
  const stepUp = useStepUp();
  const { busy, failure, submit } = useSubmission([]);

  async function remove() {
    await stepUp.proving(() => session.withAccessToken(removeTotp)).catch(ignoreMissing);
    onRemoved();
  }

  return (
    <Dialog title="Turn off two-step sign-in?" onClose={onClose}>
      <p>Signing in will then ask for no code, and without a passkey your recovery codes no longer work.</p>
      <ErrorMessage error={failure.form} />
      <div className="buttons">
        <Button variant="quiet" onClick={onClose}>
          Keep it on
        </Button>
        <Button variant="danger" busy={busy} onClick={() => void submit({}, remove)}>
          Turn off
        </Button>
      </div>
      {stepUp.dialog}
    </Dialog>
  );
}

/** A missing factor is already removed. */
function ignoreMissing(error: unknown) {
  if (!hasCode(error, "not_found")) throw error;
}
