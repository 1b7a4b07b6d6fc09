import type { Requester } from "../domain/client.ts";
import type { IncomingPicture } from "./object-store.ts";

/** Where to store what an upload becomes. */
export interface Destination {
  /** Prefix of the keys, which end with the SHA-256 of their content. */
  readonly prefix: string;
  /** Whether a thumbnail is wanted beside the original. */
  readonly thumbnail: boolean;
  /** Whether another attempt may write the same keys: an aborted one then removes nothing. */
  readonly shared: boolean;
}

/** An object that was made of an upload. */
export interface StoredImage {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

export interface TakenIn {
  readonly original: StoredImage;
  /** Undefined if none was wanted. */
  readonly thumbnail?: StoredImage | undefined;
}

/** Takes uploads in: processes them, and stores what they become. */
export interface ImageIntake {
  /**
   * Processes an upload and stores the results, which no record names yet. Undefined if there is no upload. Throws like
   * `ImageProcessor.process` and `ObjectStore.write`; when the requester's signal is aborted, its reason.
   */
  take(upload: IncomingPicture, destination: Destination, requester: Requester): Promise<TakenIn | undefined>;
}
