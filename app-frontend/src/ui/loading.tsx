import { productName } from "../product.ts";
import { SlowNotice } from "./slow-notice.tsx";

/** Placeholder until the page is known. The stylesheet shows it with a delay, because most waits are short. */
export function Loading() {
  return (
    <div className="loading">
      <p role="status">Opening {productName}…</p>
      <SlowNotice active />
    </div>
  );
}
