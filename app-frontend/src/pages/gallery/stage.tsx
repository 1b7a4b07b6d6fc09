import { useState } from "react";
import type { GalleryImage } from "../../image-api.ts";
import { Missing } from "../../ui/picture.tsx";
import { useRenewal } from "../../ui/use-renewal.ts";

/** The whole image; until it is there, its thumbnail in its size and place. */
export function Stage({ image, onStale }: { image: GalleryImage; onStale: () => Promise<void> }) {
  const { name, imageUrl, thumbnailUrl, width, height } = image;
  const { attempt, failed, renew, onLoad, onError } = useRenewal(onStale);
  const [loaded, setLoaded] = useState(false);
  if (failed) {
    return (
      <div className="stage">
        <Missing alt={name} onRetry={renew} />
      </div>
    );
  }
  return (
    <div className="stage">
      {!loaded && <img src={thumbnailUrl} alt="" width={width} height={height} />}
      <img
        key={attempt}
        src={imageUrl}
        alt={name}
        width={width}
        height={height}
        onLoad={() => {
          onLoad();
          setLoaded(true);
        }}
        onError={onError}
      />
    </div>
  );
}
