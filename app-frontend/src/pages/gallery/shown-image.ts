import type { GalleryImage } from "../../api/images.ts";

/** The image that the viewer shows, and where it was when it was chosen. */
export type Shown = { id: string; at: number };

/** What to show of `items`: what was chosen or, when that is gone, what has come to its place. */
export function shownImage(items: readonly GalleryImage[], shown: Shown | undefined) {
  if (!shown) return undefined;
  const found = items.findIndex(({ id }) => id === shown.id);
  const at = found < 0 ? Math.min(shown.at, items.length - 1) : found;
  const image = items[at];
  return image && { image, at };
}
