import { useRef } from "react";
import { Button } from "./button.tsx";
import { PhotoFrame } from "./photo-frame.tsx";
import { useFocusFallback } from "./use-focus-fallback.ts";
import { useImageRetry } from "./use-image-retry.ts";

type PictureProps = {
  src: string;
  alt: string;
  /** Called when the picture does not load, as a URL that has expired does not; shall lead to a new `src`. */
  onStale: () => Promise<void>;
};

/** A picture behind a URL that expires: it asks for another one once, then says that it cannot be shown. */
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

/** What stands in for a picture that does not load. */
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
