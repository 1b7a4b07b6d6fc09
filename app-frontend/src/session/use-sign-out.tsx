import { useSession } from "./session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { SlowNotice } from "../ui/slow-notice.tsx";
import { useSubmission } from "../forms/use-submission.ts";

/** The button to sign out, and the message if that fails or takes long. */
export function useSignOut({ everywhere = false } = {}) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);
  return {
    button: (
      <Button
        variant="quiet"
        busy={busy}
        onClick={() => void submit({}, () => session.signOut({ everywhere }))}
      >
        {everywhere ? "Sign out everywhere" : "Sign out"}
      </Button>
    ),
    outcome: (
      <>
        <ErrorMessage error={failure.form}>You are still signed in.</ErrorMessage>
        <SlowNotice active={busy} />
      </>
    ),
  };
}
