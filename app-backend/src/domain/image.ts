/** The quota of one account. */
export const quota = { maxImages: 500, maxBytes: 2 ** 30 };

/** The most pixels that are decoded, over all frames, and the most frames. */
export const maxPixels = 50_000_000;
export const maxFrames = 200;
/** The most pixels in a row and in a column, of each frame. */
export const maxSide = 16_384;
/** The most memory for processing one picture, and for all that are processed at the same time. */
export const maxWorkBytes = 600e6;

/** The longer side of a thumbnail at most, in pixels. */
export const thumbnailSide = 480;

/** An upload that is not completed within this time is discarded. */
export const abandonedAfterMs = 24 * 3_600_000;

export const maxNameLength = 255;

/** An image that is announced and not yet uploaded. `bytes` is the announced size. */
export interface PendingImage {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly createdAt: Date;
}

/** A processed upload. Objects are named by the SHA-256 of their content. */
export interface Rendition {
  readonly contentType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly objectKey: string;
  readonly thumbnailKey: string;
  readonly thumbnailWidth: number;
  readonly thumbnailHeight: number;
}

export interface Image extends PendingImage, Rendition {
  readonly publishedAt: Date;
}

export function isPublished(image: Image | PendingImage): image is Image {
  return "publishedAt" in image;
}

/** The key of an upload that is not completed. */
export function uploadKeyOf(id: string): string {
  return `incoming/${id}`;
}

/** A position in a list that is ordered by time, the newest first. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

export interface PendingImageView {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly createdAt: string;
}

export interface ImageView extends PendingImageView {
  readonly mine: boolean;
  readonly width: number;
  readonly height: number;
  readonly imageUrl: string;
  readonly thumbnailUrl: string;
  readonly thumbnailWidth: number;
  readonly thumbnailHeight: number;
}

export function viewPending({ id, name, contentType, bytes, createdAt }: PendingImage): PendingImageView {
  return { id, name, contentType, bytes, createdAt: createdAt.toISOString() };
}

interface Urls {
  readonly imageUrl: string;
  readonly thumbnailUrl: string;
}

export function viewImage(image: Image, viewerId: string, urls: Urls): ImageView {
  const { width, height, thumbnailWidth, thumbnailHeight } = image;
  const mine = image.accountId === viewerId;
  return { ...viewPending(image), mine, width, height, ...urls, thumbnailWidth, thumbnailHeight };
}
