import type { ApiError } from "../api/error.ts";
import { useSession } from "../session/session.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorMessage } from "../ui/message.tsx";
import { Page } from "../ui/page.tsx";

/** Shown when the state of the session is unknown, because the API cannot be reached. */
export function Unreachable({ error }: { error: ApiError }) {
  const session = useSession();
  return (
    <Page title="Not available">
      <ErrorMessage error={error} />
      <Button onClick={() => void session.start()}>Try again</Button>
    </Page>
  );
}
