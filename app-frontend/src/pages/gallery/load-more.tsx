import { useRef } from "react";
import type { ImageList, ImageListState } from "./image-list.ts";
import { Button } from "../../ui/button.tsx";
import { Retry } from "../../ui/retry.tsx";
import { useFocusFallback } from "../../ui/use-focus-fallback.ts";
import { useInView } from "../../ui/use-in-view.ts";

type LoadMoreProps = ImageListState & Pick<ImageList, "more">;

/** The end of the grid. Scrolling near it loads the next page, and so does a button. */
export function LoadMore({ items, status, complete, error, more }: LoadMoreProps) {
  const end = useRef<HTMLDivElement>(null);
  const waits = status === "idle" && !complete && items.length > 0;
  const focusFallback = useFocusFallback(() =>
    end.current?.querySelector<HTMLElement>("button, [role=status]"),
  );
  useInView(end, waits, more);
  return (
    <div ref={end} className="more" {...focusFallback}>
      <Retry error={error} busy={status === "loading"} onRetry={more} />
      {items.length > 0 && !complete && !error && (
        <Button variant="quiet" busy={!waits} onClick={() => void more()}>
          Show more
        </Button>
      )}
      <p role="status" tabIndex={-1} className={complete ? "small" : "visually-hidden"}>
        {statusText({ items, status, complete })}
      </p>
    </div>
  );
}

function statusText({ items, status, complete }: ImageListState): string | undefined {
  if (items.length === 0) return status === "loading" ? "Loading pictures…" : undefined;
  const pictures = items.length === 1 ? "1 picture" : `${items.length} pictures`;
  return complete ? `That is all: ${pictures}.` : `${pictures} shown.`;
}
