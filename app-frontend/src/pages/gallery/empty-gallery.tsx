import { pageSize } from "./image-list.ts";
import { PhotoFrame } from "../../ui/photo-frame.tsx";

const cells = Array.from({ length: pageSize }, (_, index) => index);

/** Shown in place of the grid: empty frames while it loads, an invitation if there are no images. */
export function EmptyGallery({
  mine,
  complete,
  failed,
}: {
  mine: boolean;
  complete: boolean;
  failed: boolean;
}) {
  if (failed) return null;
  if (complete) return <Invitation mine={mine} />;
  return (
    <div className="grid loading" aria-hidden="true">
      <ul className="rows">
        {cells.map((cell) => (
          <li key={cell} className="thumbnail" />
        ))}
      </ul>
    </div>
  );
}

function Invitation({ mine }: { mine: boolean }) {
  return (
    <div className="empty">
      <PhotoFrame>
        <p className="invitation">
          <strong>{mine ? "You have no pictures yet" : "There are no pictures yet"}</strong>
          <span>{mine ? "Add some: they appear here." : "Add the first one."}</span>
        </p>
      </PhotoFrame>
    </div>
  );
}
