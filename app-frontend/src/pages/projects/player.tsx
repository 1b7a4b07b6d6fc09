import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Project } from "../../api/project-types.ts";
import { getMediaUrl } from "../../api/media.ts";
import { useSession } from "../../session/session.tsx";
import { Button } from "../../ui/button.tsx";
import { Retry } from "../../ui/retry.tsx";
import { keyName } from "./keys.ts";
import { type Playback, playback } from "./playback.ts";

type PlayerProps = {
  kind: "audio" | "video";
  media: NonNullable<Project["media"]>;
  mimetype: string | null;
  /** Called with the playback, and with undefined at its end. */
  onPlayer: (player: Playback | undefined) => void;
};

/** Plays sound or video straight from the bucket. */
export function Player({ kind, media, mimetype, onPlayer }: PlayerProps) {
  const element = useRef<HTMLMediaElement>(null);
  const player = usePlayback(element, media.id, onPlayer);
  const setElement = (found: HTMLMediaElement | null) => void (element.current = found);
  return (
    <div className="player">
      {kind === "audio" ? (
        <audio ref={setElement} controls preload="metadata" aria-label={media.name} />
      ) : (
        <video ref={setElement} controls preload="metadata" playsInline aria-label={media.name} />
      )}
      {player && <Controls player={player} />}
      {mimetype === "audio/mpeg" && (
        <p className="small">Places in an MP3 file can be off by a second or two.</p>
      )}
    </div>
  );
}

/** A button for each key. */
function Controls({ player }: { player: Playback }) {
  const state = useSyncExternalStore(player.subscribe, player.getState);
  return (
    <>
      <Retry
        error={state.status === "failed" ? state.error : undefined}
        busy={false}
        onRetry={async () => player.retry()}
      />
      <div className="buttons">
        <Button variant="quiet" onClick={() => player.step(-stepS)}>
          Back 5 s <kbd>{keyName("J")}</kbd>
        </Button>
        <Button variant="quiet" onClick={() => player.toggle()}>
          Play/pause <kbd>{keyName("K")}</kbd>
        </Button>
        <Button variant="quiet" onClick={() => player.step(stepS)}>
          Forward 5 s <kbd>{keyName("L")}</kbd>
        </Button>
      </div>
    </>
  );
}

export const stepS = 5;

function usePlayback(
  element: RefObject<HTMLMediaElement | null>,
  mediaId: string,
  onPlayer: PlayerProps["onPlayer"],
): Playback | undefined {
  const { withAccessToken } = useSession();
  const [player, setPlayer] = useState<Playback>();
  useEffect(() => {
    if (!element.current) return;
    const getUrl = () => withAccessToken((token) => getMediaUrl(token, mediaId));
    const opened = playback(element.current, getUrl, () => Date.now());
    const retry = () => opened.getState().status === "failed" && opened.retry();
    window.addEventListener("online", retry);
    setPlayer(opened);
    onPlayer(opened);
    return () => {
      window.removeEventListener("online", retry);
      opened.end();
      onPlayer(undefined);
    };
  }, [element, mediaId, onPlayer, withAccessToken]);
  return player;
}
