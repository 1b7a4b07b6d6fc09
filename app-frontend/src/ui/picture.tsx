import { useState } from "react";
import { Button } from "./button.tsx";
import { Plate } from "./plate.tsx";

type PictureProps = {
  src: string;
  alt: string;
  /** Called when the picture does not load, as a URL that has expired does not; shall lead to a new `src`. */
  onStale: () => Promise<void>;
};

/** A picture behind a URL that expires: it asks for another one once, then says that it cannot be shown. */
export function Picture({ src, alt, onStale }: PictureProps) {
  const [renewed, setRenewed] = useState(false);
  const [failed, setFailed] = useState(false);

  async function renew() {
    setRenewed(true);
    setFailed(false);
    await onStale().catch(() => setFailed(true));
  }

  return (
    <div aria-live="polite">
      <Plate>
        {failed ? (
          <Missing alt={alt} onRetry={() => void renew()} />
        ) : (
          <img
            src={src}
            alt={alt}
            width="400"
            height="500"
            onLoad={() => setRenewed(false)}
            onError={() => (renewed ? setFailed(true) : void renew())}
          />
        )}
      </Plate>
    </div>
  );
}

function Missing({ alt, onRetry }: { alt: string; onRetry: () => void }) {
  return (
    <div className="invitation">
      <p>{alt} cannot be shown right now.</p>
      <Button look="quiet" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
