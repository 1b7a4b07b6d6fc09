import { useRef, useState } from "react";
import type { GalleryImage } from "../../api/images.ts";
import { Missing } from "../../ui/picture.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useImageRetry } from "../../ui/use-image-retry.ts";

/** The full image; until it is loaded, its thumbnail at the same size. */
export function ViewerImage({ image, onStale }: { image: GalleryImage; onStale: () => Promise<void> }) {
  const { name, imageUrl, thumbnailUrl, width, height } = image;
  const { attempt, failed, busy, renew, onLoad, onError } = useImageRetry(imageUrl, onStale);
  const [loaded, setLoaded] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const focusFallback = useFocusFallback(() => stage.current);
  return (
    <div ref={stage} className="stage" tabIndex={-1} {...focusFallback}>
      {failed && <Missing alt={name} busy={busy} onRetry={renew} />}
      {!failed && !loaded && <img src={thumbnailUrl} alt="" width={width} height={height} />}
      {!failed && (
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
      )}
    </div>
  );
}
