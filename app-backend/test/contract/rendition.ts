import type { Rendition } from "../../src/domain/image.ts";

/** Of 90 bytes. */
export const renditionOf = (id: string): Rendition => ({
  contentType: "image/jpeg",
  bytes: 90,
  width: 40,
  height: 30,
  objectKey: `images/${id}/a.jpg`,
  thumbnailKey: `images/${id}/b.webp`,
  thumbnailWidth: 20,
  thumbnailHeight: 15,
});
