import type { Image, PendingImage, Cursor, Rendition } from "../domain/image.ts";

export interface ImageQuery {
  /** Only those of this account. */
  readonly accountId?: string | undefined;
  /** Only those after this position. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

export interface Images {
  /** The image of that id, published or not; undefined if there is none. */
  get(id: string): Promise<Image | PendingImage | undefined>;
  /** Published images, the newest first. */
  list(query: ImageQuery): Promise<Image[]>;
  /** Stores a new image and counts it for its account; returns false and stores nothing if that exceeds the quota. */
  add(image: PendingImage): Promise<boolean>;
  /** Publishes a pending image with its processed objects; false if it is gone or already published. Throws `quota_exceeded`. */
  publish(id: string, rendition: Rendition, at: Date): Promise<boolean>;
  /** Removes an image and its count, and returns it; undefined if it is gone. */
  remove(id: string): Promise<Image | PendingImage | undefined>;
  /** Like `remove`, but keeps published images. */
  removePending(id: string): Promise<void>;
  /** Pending images that were started before that time, the oldest first. */
  listAbandoned(before: Date, limit: number): Promise<PendingImage[]>;
}
