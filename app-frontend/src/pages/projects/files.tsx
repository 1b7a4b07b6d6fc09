import { useEffect, useState } from "react";
import type { ApiError } from "../../api/error.ts";
import { type UsedMedia, listMedia, removeMedia } from "../../api/media.ts";
import { formatBytes } from "../../format/bytes.ts";
import { failureOf } from "../../forms/errors.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";

type FilesProps = { onUse: (id: string) => Promise<void>; onClose: () => void };

/** The files of the account, to use one in another project, or to delete one that no project uses. */
export function Files({ onUse, onClose }: FilesProps) {
  const { items, isComplete, busy, error, more, remove } = useFiles();
  return (
    <Dialog title="Your files" startAtTitle onClose={onClose}>
      <ul className="files">
        {items.map((media) => (
          <File key={media.id} media={media} onUse={onUse} onRemoved={() => remove(media.id)} />
        ))}
      </ul>
      <Retry error={error} busy={busy} onRetry={more} />
      <p role="status">{isComplete && items.length === 0 && "You have no files yet."}</p>
      <div className="buttons">
        {!isComplete && !error && (
          <Button variant="quiet" busy={busy} onClick={() => void more()}>
            Show more
          </Button>
        )}
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

type FileProps = { media: UsedMedia; onUse: FilesProps["onUse"]; onRemoved: () => void };

function File({ media, onUse, onRemoved }: FileProps) {
  const { id, name, bytes, state, uses } = media;
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function remove() {
    await session.withAccessToken((token) => removeMedia(token, id));
    onRemoved();
  }

  const hidden = <span className="visually-hidden"> {name}</span>;
  return (
    <li>
      <p>
        <bdi>{name}</bdi>{" "}
        <span className="small">
          {formatBytes(bytes)} · {state === "pending" ? "not fully sent" : usesText(uses)}
        </span>
      </p>
      <ErrorMessage error={failure.form} />
      <div className="buttons">
        {state === "stored" && (
          <Button variant="quiet" busy={busy} onClick={() => void submit({}, () => onUse(id))}>
            Use{hidden}
          </Button>
        )}
        {uses === 0 && (
          <Button variant="quiet" busy={busy} onClick={() => void submit({}, remove)}>
            Delete{hidden}
          </Button>
        )}
      </div>
    </li>
  );
}

function usesText(uses: number): string {
  if (uses === 0) return "in no project";
  return uses === 1 ? "in 1 project" : `in ${uses} projects`;
}

function useFiles() {
  const session = useSession();
  const [items, setItems] = useState<readonly UsedMedia[]>([]);
  const [cursor, setCursor] = useState<string>();
  const [isComplete, setComplete] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();

  async function more() {
    setBusy(true);
    try {
      const page = await session.withAccessToken((token) => listMedia(token, cursor));
      setItems((all) => [...all, ...page.items.filter(({ id }) => !all.some((other) => other.id === id))]);
      setCursor(page.cursor);
      setComplete(page.cursor === undefined);
      setError(undefined);
    } catch (reason) {
      setError(failureOf(reason, []).form);
    }
    setBusy(false);
  }

  // oxlint-disable-next-line react/exhaustive-deps -- the first page, once
  useEffect(() => void more(), []);
  const remove = (id: string) => setItems((all) => all.filter((media) => media.id !== id));
  return { items, isComplete, busy, error, more, remove };
}
