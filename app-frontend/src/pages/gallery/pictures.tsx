import { useCallback, useEffect, useState } from "react";
import "../../styles/gallery.css";
import { paths } from "../../navigation/paths.ts";
import { imageTypes } from "../../api/images.ts";
import { Link } from "../../navigation/router.tsx";
import { FileButton } from "../../ui/file-button.tsx";
import { useFileDrop } from "../../ui/use-file-drop.ts";
import { useUploads } from "../../uploads/uploads.tsx";
import { Grid } from "./grid.tsx";
import { LoadMore } from "./load-more.tsx";
import { EmptyGallery } from "./empty-gallery.tsx";
import { type Shown, shownImage } from "./shown-image.ts";
import { UploadList } from "./upload-list.tsx";
import { useImages } from "./use-images.ts";
import { Viewer } from "./viewer.tsx";

/** The content of the gallery: the upload bar, the grid, and the viewer over it. */
export function Pictures({ mine }: { mine: boolean }) {
  const images = useImages(mine);
  const { items, getState, renew } = images;
  const [shown, setShown] = useState<Shown>();
  const current = shownImage(items, shown);
  const isNoneLeft = shown && !current;

  useEffect(() => {
    if (isNoneLeft) setShown(undefined);
  }, [isNoneLeft]);

  const show = useCallback(
    (at: number) => {
      const image = getState().items[at];
      if (image) setShown({ id: image.id, at });
    },
    [getState],
  );
  const open = useCallback(
    (id: string) => show(getState().items.findIndex((item) => item.id === id)),
    [getState, show],
  );

  return (
    <div className="gallery">
      <Bar />
      <UploadList />
      {items.length > 0 ? (
        <Grid images={items} onOpen={open} onStale={renew} />
      ) : (
        <EmptyGallery mine={mine} complete={images.complete} failed={images.status === "failed"} />
      )}
      <LoadMore {...images} />
      {current && <Viewer {...current} images={images} onShow={show} onClose={() => setShown(undefined)} />}
    </div>
  );
}

/** The two views of the gallery, and the button to add pictures. */
function Bar() {
  const uploads = useUploads();
  const over = useFileDrop(uploads.add);
  return (
    <>
      <div className="gallery-bar">
        <nav aria-label="Gallery">
          <Link to={paths.gallery()}>Everybody’s</Link>
          <Link to={paths.ownGallery()}>Yours</Link>
        </nav>
        <FileButton
          label="Add pictures"
          accept={imageTypes.join()}
          multiple
          onPick={(...files) => uploads.add(files)}
        />
      </div>
      <p className="small">
        JPEG, PNG, GIF, WebP or AVIF, up to 10 MB each
        <span className="wide-only">; you can drop them here</span>. Everyone who is signed in can see them.
      </p>
      {over && <p className="drop-notice">Drop pictures to add them</p>}
    </>
  );
}
