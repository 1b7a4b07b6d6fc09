import { memo } from "react";
import type { GalleryImage } from "../../api/images.ts";
import { useImageRetry } from "../../ui/use-image-retry.ts";

export type ThumbnailActions = {
  onOpen: (id: string) => void;
  /** Called when a thumbnail does not load; must lead to a fresh URL. */
  onStale: (id: string) => Promise<void>;
};

export const Thumbnail = memo(function Thumbnail({
  image: { id, name, thumbnailUrl, thumbnailWidth, thumbnailHeight },
  onOpen,
  onStale,
}: ThumbnailActions & { image: GalleryImage }) {
  const { attempt, failed, onLoad, onError } = useImageRetry(thumbnailUrl, () => onStale(id));
  return (
    <button type="button" id={thumbnailId(id)} className="thumbnail" onClick={() => onOpen(id)}>
      {failed ? (
        <span>{name}</span>
      ) : (
        <img
          key={attempt}
          src={thumbnailUrl}
          alt={name}
          width={thumbnailWidth}
          height={thumbnailHeight}
          loading="lazy"
          decoding="async"
          onLoad={onLoad}
          onError={onError}
        />
      )}
    </button>
  );
});

export function thumbnailId(id: string): string {
  return `image-${id}`;
}
