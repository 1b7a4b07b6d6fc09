import { useState } from "react";
import { draftNames, removeDrafts } from "./draft-names.ts";
import { useSession } from "./session.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { SlowNotice } from "../ui/slow-notice.tsx";
import { useSubmission } from "../forms/use-submission.ts";

/** The button to sign out, and the message if that fails or takes long. Asks first if that would drop unsaved text. */
export function useSignOut({ everywhere = false } = {}) {
  const session = useSession();
  const [asks, setAsks] = useState(false);
  const { busy, failure, submit } = useSubmission([]);

  function accountId(): string {
    const state = session.getState();
    return state.status === "signed-in" ? state.account.id : "";
  }

  function signOut() {
    setAsks(false);
    const id = accountId();
    void submit({}, async () => {
      await session.signOut({ everywhere });
      removeDrafts(id);
    });
  }

  return {
    button: (
      <Button
        variant="quiet"
        busy={busy}
        onClick={() => (draftNames([accountId()]).length > 0 ? setAsks(true) : signOut())}
      >
        {everywhere ? "Sign out everywhere" : "Sign out"}
      </Button>
    ),
    outcome: (
      <>
        <ErrorMessage error={failure.form}>You are still signed in.</ErrorMessage>
        <SlowNotice active={busy} />
        {asks && (
          <Dialog title="Drop unsaved text?" onClose={() => setAsks(false)}>
            <p>This browser has text of your projects that is not saved yet. Signing out drops it.</p>
            <div className="buttons">
              <Button variant="quiet" onClick={() => setAsks(false)}>
                Stay signed in
              </Button>
              <Button variant="danger" onClick={signOut}>
                Drop it and sign out
              </Button>
            </div>
          </Dialog>
        )}
      </>
    ),
  };
}
