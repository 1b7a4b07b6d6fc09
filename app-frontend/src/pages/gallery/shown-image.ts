import type { GalleryImage } from "../../api/images.ts";

/** The image in the viewer, and its index when it was opened. */
export type Shown = { id: string; at: number };

/** The image of `items` to show: the chosen one or, if it was removed, the one now at its index. */
export function shownImage(items: readonly GalleryImage[], shown: Shown | undefined) {
  if (!shown) return undefined;
  const found = items.findIndex(({ id }) => id === shown.id);
  const at = found < 0 ? Math.min(shown.at, items.length - 1) : found;
  const image = items[at];
  return image && { image, at };
}
