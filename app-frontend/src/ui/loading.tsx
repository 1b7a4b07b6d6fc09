import { SlowNotice } from "./slow-notice.tsx";

/** Stands in for a page that is not known yet. The stylesheet shows it late: most waits are too short to see. */
export function Loading() {
  return (
    <div className="loading">
      <p role="status">Opening Tintype…</p>
      <SlowNotice active />
    </div>
  );
}
