import type { Image, PendingImage, Cursor, Rendition } from "../domain/image.ts";

export interface ImageQuery {
  /** Only those of this account. */
  readonly accountId?: string | undefined;
  /** Only those after this position. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

/** An image that no one sees, with the keys of its objects: none if it is pending. */
export interface WithdrawnImage {
  readonly id: string;
  readonly objectKeys: readonly string[];
}

export interface Images {
  /** The image of that id, published or not; undefined if there is none. */
  get(id: string): Promise<Image | PendingImage | undefined>;
  /** Published images, the newest first. */
  list(query: ImageQuery): Promise<Image[]>;
  /**
   * Stores a new image and counts it for its account; returns false and stores nothing if that exceeds the quota, or if
   * the account is gone or marked as removed.
   */
  add(image: PendingImage): Promise<boolean>;
  /**
   * Publishes a pending image with its processed objects; false if it is gone or already published. Throws
   * `quota_exceeded`, also for an account that is marked as removed.
   */
  publish(id: string, rendition: Rendition, at: Date): Promise<boolean>;
  /** Removes an image and its count, and returns it; undefined if it is gone. */
  remove(id: string): Promise<Image | PendingImage | undefined>;
  /** Like `remove`, but keeps published images. */
  removePending(id: string): Promise<void>;
  /** Pending images that were started before that time, the oldest first. */
  listAbandoned(before: Date, limit: number): Promise<PendingImage[]>;
  /** Hides all published images of an account, whose records keep the keys of their objects. */
  withdrawOfAccount(accountId: string): Promise<void>;
  /** Images of an account that are pending or withdrawn. */
  listWithdrawn(accountId: string, limit: number): Promise<WithdrawnImage[]>;
  /** Removes these records of an account, unless they are published; idempotent. */
  removeWithdrawn(accountId: string, images: readonly WithdrawnImage[]): Promise<void>;
}
