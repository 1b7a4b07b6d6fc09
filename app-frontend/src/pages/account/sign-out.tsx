import { useSession } from "../../session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { SlowNotice } from "../../ui/slow-notice.tsx";
import { useSubmission } from "../../use-submission.ts";

export function SignOut({ everywhere = false }: { everywhere?: boolean }) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);
  return (
    <>
      <ErrorMessage error={failure.form}>You are still signed in.</ErrorMessage>
      <Button look="quiet" busy={busy} onClick={() => void submit({}, () => session.signOut({ everywhere }))}>
        {everywhere ? "Sign out everywhere" : "Sign out"}
      </Button>
      <SlowNotice active={busy} />
    </>
  );
}
