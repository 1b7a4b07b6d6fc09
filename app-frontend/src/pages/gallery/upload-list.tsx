import { memo } from "react";
import { formatBytes } from "../../format/bytes.ts";
import { Button } from "../../ui/button.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { type Upload, type UploadQueue, canRetry } from "../../uploads/queue.ts";
import { uploadSummary } from "../../uploads/summary.ts";
import { useUploadState, useUploads } from "../../uploads/uploads.tsx";

/** The uploads in progress, and the failed ones. */
export function UploadList() {
  const queue = useUploads();
  const state = useUploadState();
  const focusFallback = useFocusFallback(
    () => document.querySelector<HTMLElement>(".uploads h2") ?? document.querySelector("h1"),
  );
  const broken = state.uploads.filter(canRetry).map(({ id }) => id);
  return (
    <div className="uploads" {...focusFallback}>
      {state.uploads.length > 0 && <h2 tabIndex={-1}>Uploads</h2>}
      <p role="status">{uploadSummary(state)}</p>
      {broken.length > 1 && (
        <Button variant="quiet" onClick={() => queue.retry(...broken)}>
          Try all again
        </Button>
      )}
      <ul>
        {state.uploads.map((upload) => (
          <Item key={upload.id} upload={upload} queue={queue} />
        ))}
      </ul>
    </div>
  );
}

const Item = memo(function Item({ upload, queue }: { upload: Upload; queue: UploadQueue }) {
  const { id, name, bytes, status, sent, error } = upload;
  const percent = Math.floor(sent * 100);
  return (
    <li>
      <div>
        <p>
          <span className="name">{name}</span> <span className="small">{formatBytes(bytes)}</span>
        </p>
        {error && <p className="field-error">{error.message}</p>}
        {status !== "failed" && <progress aria-label={`Upload of ${name}`} max="100" value={percent} />}
        {status !== "failed" && <p className="small">{stageText(status, percent)}</p>}
      </div>
      <div className="buttons">
        {canRetry(upload) && (
          <Button variant="quiet" onClick={() => queue.retry(id)}>
            Try again<span className="visually-hidden"> {name}</span>
          </Button>
        )}
        <Button variant="quiet" onClick={() => queue.cancel(id)}>
          {status === "failed" ? "Remove" : "Cancel"}
          <span className="visually-hidden"> {name}</span>
        </Button>
      </div>
    </li>
  );
});

function stageText(status: Upload["status"], percent: number): string {
  if (status === "waiting") return "Waiting";
  return percent < 100 ? `Sending: ${percent} %` : "Developing…";
}
