import { useRef } from "react";
import { Button } from "./button.tsx";
import { PhotoFrame } from "./photo-frame.tsx";
import { useFocusFallback } from "./use-focus-fallback.ts";
import { useImageRetry } from "./use-image-retry.ts";

type PictureProps = {
  src: string;
  alt: string;
  /** Called when the picture does not load, for example because its URL expired; must lead to a new `src`. */
  onStale: () => Promise<void>;
};

/** A picture with an expiring URL: requests another one once, then shows that it cannot be loaded. */
export function Picture({ src, alt, onStale }: PictureProps) {
  const { attempt, failed, busy, renew, onLoad, onError } = useImageRetry(src, onStale);
  const frame = useRef<HTMLDivElement>(null);
  const focusFallback = useFocusFallback(() => frame.current);
  return (
    <div ref={frame} tabIndex={-1} aria-live="polite" {...focusFallback}>
      <PhotoFrame>
        {failed ? (
          <Missing alt={alt} busy={busy} onRetry={renew} />
        ) : (
          <img key={attempt} src={src} alt={alt} width="400" height="500" onLoad={onLoad} onError={onError} />
        )}
      </PhotoFrame>
    </div>
  );
}

/** Shown in place of a picture that does not load. */
export function Missing({ alt, busy, onRetry }: { alt: string; busy: boolean; onRetry: () => void }) {
  return (
    <div className="invitation">
      <p>{alt} cannot be shown right now.</p>
      <Button variant="quiet" busy={busy} onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
