import { memo } from "react";
import type { GalleryImage } from "../../api/images.ts";
import { pageSize } from "./image-list.ts";
import { Thumbnail, type ThumbnailActions } from "./thumbnail.tsx";

type GridProps = ThumbnailActions & { images: readonly GalleryImage[] };

/** Thumbnails in lists of whole rows, so that the browser can leave out those that are far from what is seen. */
export function Grid({ images, ...actions }: GridProps) {
  const starts = Array.from({ length: Math.ceil(images.length / pageSize) }, (_, index) => index * pageSize);
  return (
    <div className="grid">
      {starts.map((start) => (
        <Rows key={start} images={images.slice(start, start + pageSize)} first={start + 1} {...actions} />
      ))}
    </div>
  );
}

/** Renders again only when one of its images changes: there may be thousands of others. */
const Rows = memo(function Rows({ images, first, ...actions }: GridProps & { first: number }) {
  return (
    <ul className="rows" aria-label={`Pictures ${first} to ${first + images.length - 1}`}>
      {images.map((image) => (
        <li key={image.id}>
          <Thumbnail image={image} {...actions} />
        </li>
      ))}
    </ul>
  );
}, areSame);

function areSame(before: GridProps, after: GridProps): boolean {
  return (
    before.onOpen === after.onOpen &&
    before.onStale === after.onStale &&
    before.images.length === after.images.length &&
    before.images.every((image, index) => image === after.images[index])
  );
}
