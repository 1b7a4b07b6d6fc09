import { useEffect, useState } from "react";
import type { ApiError } from "../../api/error.ts";
import { getMediaUrl } from "../../api/media.ts";
import { failureOf } from "../../forms/errors.ts";
import { useSession } from "../../session/session.tsx";
import { Retry } from "../../ui/retry.tsx";

const minuteMs = 60_000;

type DocumentLinkProps = { mediaId: string; onUrl: (url: string | undefined) => void };

/** A link that opens a PDF in the browser's own viewer. Its URL is renewed before it expires. */
export function DocumentLink({ mediaId, onUrl }: DocumentLinkProps) {
  const { url, error, retry } = useFreshUrl(mediaId);
  useEffect(() => {
    onUrl(url);
    return () => onUrl(undefined);
  }, [url, onUrl]);
  if (error) return <Retry error={error} busy={false} onRetry={async () => retry()} />;
  if (!url) return <p className="loading">Opening the file…</p>;
  return (
    <p>
      <a href={url} target="_blank" rel="noopener noreferrer">
        Open the PDF in a new tab
      </a>
    </p>
  );
}

function useFreshUrl(mediaId: string) {
  const { withAccessToken } = useSession();
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const again = () => setAttempt((last) => last + 1);
    setError(undefined);
    withAccessToken((token) => getMediaUrl(token, mediaId)).then(
      (found) => {
        if (isOver) return;
        setUrl(found.url);
        timer = setTimeout(again, renewalMs(found.expiresAt, Date.now()));
      },
      (reason: unknown) => isOver || setError(failureOf(reason, []).form),
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [mediaId, attempt, withAccessToken]);
  return { url, error, retry: () => setAttempt((last) => last + 1) };
}

/** A minute before the URL ends. With a wrong clock: once a minute at most, and no longer than a timer can wait. */
export function renewalMs(expiresAt: string, nowMs: number): number {
  return Math.min(Math.max(Date.parse(expiresAt) - nowMs - minuteMs, minuteMs), 60 * minuteMs);
}
