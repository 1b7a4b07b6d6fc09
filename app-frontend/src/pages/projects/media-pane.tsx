import { getMediaUrl } from "../../api/media.ts";
import { formatBytes } from "../../format/bytes.ts";
import { useSubmission } from "../../forms/use-submission.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { openUrl } from "../open-url.ts";
import { AddMedia } from "./add-media.tsx";
import { DocumentLink } from "./document-link.tsx";
import type { OpenNote } from "./open-note.ts";
import type { Playback } from "./playback.ts";
import { Player } from "./player.tsx";

type MediaPaneProps = {
  note: OpenNote;
  onPlayer: (player: Playback | undefined) => void;
  /** Called with the URL of a PDF, and with undefined when it is no longer shown. */
  onDocument: (url: string | undefined) => void;
  readOnly: boolean;
};

/** What the notes are about: a player, a link, or what can be added. */
export function MediaPane({ note, onPlayer, onDocument, readOnly }: MediaPaneProps) {
  const { type, media, src, mimetype } = note.getState().project;
  return (
    <section className="media-pane" aria-label="Media">
      {media && (type === "audio" || type === "video") && (
        <Player key={media.id} kind={type} media={media} mimetype={mimetype} onPlayer={onPlayer} />
      )}
      {media && type === "pdf" && <DocumentLink mediaId={media.id} onUrl={onDocument} />}
      {src && (
        <p>
          <a href={src} target="_blank" rel="noopener noreferrer">
            Watch on YouTube
          </a>
        </p>
      )}
      {media && (
        <p className="small">
          <bdi>{media.name}</bdi>, {formatBytes(media.bytes)}
        </p>
      )}
      {media || src ? (
        <div className="media-actions buttons">
          {media && <Download mediaId={media.id} />}
          {!readOnly && <RemoveMedia note={note} />}
        </div>
      ) : (
        !readOnly && <AddMedia onChange={note.change} />
      )}
    </section>
  );
}

function Download({ mediaId }: { mediaId: string }) {
  const session = useSession();
  const { busy, failure, submit } = useSubmission([]);

  async function download() {
    openUrl((await session.withAccessToken((token) => getMediaUrl(token, mediaId, { download: true }))).url);
  }

  return (
    <>
      <Button variant="quiet" busy={busy} onClick={() => void submit({}, download)}>
        Download
      </Button>
      <ErrorMessage error={failure.form} />
    </>
  );
}

/** The file goes with its last project, unless it was sent less than a day ago. */
function RemoveMedia({ note }: { note: OpenNote }) {
  const { busy, failure, submit } = useSubmission([]);
  const remove = () => note.change({ mediaId: null, src: null });
  return (
    <>
      <Button variant="quiet" busy={busy} onClick={() => void submit({}, remove)}>
        Remove from this project
      </Button>
      <ErrorMessage error={failure.form} />
    </>
  );
}
