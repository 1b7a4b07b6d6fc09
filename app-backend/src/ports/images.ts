import type { Image, PendingImage, Cursor, Rendition } from "../domain/image.ts";

export interface ImageQuery {
  /** Only those of this account. */
  readonly accountId?: string | undefined;
  /** Only those that come after this place. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

export interface Images {
  /** The image of that id, published or not; undefined when there is none. */
  get(id: string): Promise<Image | PendingImage | undefined>;
  /** Published images, the newest first. */
  list(query: ImageQuery): Promise<Image[]>;
  /** Keeps a new image and counts it for its account; false, and nothing is kept, where that is over the quota. */
  add(image: PendingImage): Promise<boolean>;
  /** Publishes a pending image as what was made of it; false where it is gone or published already. Throws `quota_exceeded` where that is too much. */
  publish(id: string, rendition: Rendition, at: Date): Promise<boolean>;
  /** Removes an image and its count, and gives it as it was; undefined where it is gone. */
  remove(id: string): Promise<Image | PendingImage | undefined>;
  /** As `remove`, but leaves what is published. */
  removePending(id: string): Promise<void>;
  /** Pending images that were begun before that time, the oldest first. */
  listAbandoned(before: Date, limit: number): Promise<PendingImage[]>;
}
