import { Button } from "./button.tsx";
import { ErrorMessage, type ShownError } from "./message.tsx";

type RetryProps = { error: ShownError | undefined; busy: boolean; onRetry: () => Promise<unknown> };

/** The error and a button to try again. The button stays during the retry, because it has the focus. */
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
