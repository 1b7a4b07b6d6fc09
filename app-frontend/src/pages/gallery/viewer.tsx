import { useEffect, useRef, useState } from "react";
import { longDate } from "../../format/dates.ts";
import type { GalleryImage } from "../../api/images.ts";
import type { ImageList, ImageListState } from "./image-list.ts";
import { formatBytes } from "../../format/bytes.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorMessage } from "../../ui/message.tsx";
import { Retry } from "../../ui/retry.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { ViewerImage } from "./viewer-image.tsx";
import { thumbnailId } from "./thumbnail.tsx";
import { useArrowKeys } from "./use-arrow-keys.ts";
import { useDownload } from "./use-download.ts";

type ViewerProps = {
  image: GalleryImage;
  at: number;
  images: ImageListState & Pick<ImageList, "more" | "renew" | "remove">;
  onShow: (at: number) => void;
  onClose: () => void;
};

/** How far before the end of the loaded images to load more. */
const near = 5;

/** One image over the whole window, with links to the previous and the next. */
export function Viewer({ image, at, images, onShow, onClose }: ViewerProps) {
  const { items, status, complete, more, renew, remove } = images;
  const [removing, setRemoving] = useState(false);
  const { busy, error, download } = useDownload(image.id);
  const place = complete ? `${at + 1} of ${items.length}` : String(at + 1);
  useFocusOnThumbnail(image.id);
  useArrowKeys(!removing, (step) => onShow(at + step));

  useEffect(() => {
    if (at >= items.length - near) void more();
  }, [at, items.length, more]);

  // The button that had the focus may be gone with its image.
  useEffect(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(".viewer h2")?.focus();
  });

  return (
    <>
      <Dialog className="viewer" title={image.name} startAtTitle onClose={onClose}>
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
        <ViewerImage key={image.id} image={image} onStale={() => renew(image.id)} />
        <div className="viewer-foot">
          <Facts image={image} place={place} />
          <ErrorMessage error={error} />
          {at === items.length - 1 && (
            <Retry error={images.error} busy={status === "loading"} onRetry={more} />
          )}
          <div className="buttons">
            <Step onStep={at > 0 && (() => onShow(at - 1))}>Previous</Step>
            <Step onStep={at < items.length - 1 && (() => onShow(at + 1))}>Next</Step>
            <Button variant="quiet" busy={busy} onClick={download}>
              Download
            </Button>
            {image.mine && (
              <Button variant="quiet" onClick={() => setRemoving(true)}>
                Delete
              </Button>
            )}
          </div>
        </div>
        <p role="status" className="visually-hidden">
          {image.name}, picture {place}
        </p>
      </Dialog>
      {removing && (
        <DeleteDialog image={image} onRemoved={() => remove(image.id)} onClose={() => setRemoving(false)} />
      )}
    </>
  );
}

function Facts({ image, place }: { image: GalleryImage; place: string }) {
  return (
    <p className="small">
      Picture {place} · {image.width} × {image.height} · {formatBytes(image.bytes)} ·{" "}
      <time dateTime={image.createdAt}>{longDate(image.createdAt)}</time>
      {image.mine && " · Yours"}
    </p>
  );
}

/** A link to the previous or next image. It stays without one, so that the focus stays. */
function Step({ onStep, children }: { onStep: false | (() => void); children: string }) {
  return (
    <button type="button" className="button quiet" aria-disabled={!onStep} onClick={onStep || undefined}>
      {children}
    </button>
  );
}

/** When the viewer closes, the focus moves to the thumbnail of the last image. */
function useFocusOnThumbnail(imageId: string) {
  const last = useRef(imageId);
  useEffect(() => {
    last.current = imageId;
  }, [imageId]);
  useEffect(
    () => () => {
      const thumbnail = document.getElementById(thumbnailId(last.current));
      (thumbnail ?? document.querySelector("h1"))?.focus();
    },
    [],
  );
}
