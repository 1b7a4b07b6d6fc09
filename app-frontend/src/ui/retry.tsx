import { Button } from "./button.tsx";
import { ErrorMessage, type ShownError } from "./message.tsx";

type RetryProps = { error: ShownError | undefined; busy: boolean; onRetry: () => Promise<void> };

/** What went wrong, and the way to try again. The button stays while that is under way: the focus is on it. */
export function Retry({ error, busy, onRetry }: RetryProps) {
  return (
    <>
      <ErrorMessage error={busy ? undefined : error} />
      {error && (
        <Button busy={busy} onClick={() => void onRetry()}>
          Try again
        </Button>
      )}
    </>
  );
}
