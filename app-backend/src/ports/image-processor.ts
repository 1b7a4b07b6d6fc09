import type { Requester } from "../domain/client.ts";

/** An encoded image in its own file, which may be read until `discard`. */
export interface ImageFile {
  readonly path: string;
  readonly sha256: string;
  readonly contentType: string;
  readonly extension: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

export interface ProcessedImage {
  readonly original: ImageFile;
  readonly thumbnail: ImageFile;
  /** Removes the files. */
  discard(): Promise<void>;
}

export interface ImageProcessor {
  /**
   * Requests the upload when a slot is free, reads it to its end and encodes it for display: upright, without metadata,
   * in one of the accepted types. Undefined if there is no upload. Throws `unsupported_image` if it is no image,
   * `damaged_image` if it is incomplete, `image_dimensions` if it is too large or takes too long to decode,
   * `unprocessable_image` if the decoder lacks its format, `image_too_large` for too many bytes, `too_many_requests` for
   * a network over its share of slots or time, `unavailable` if too many wait or the disk is full. When `signal` is
   * aborted it stops, frees everything and throws the signal's reason.
   */
  process(
    read: () => Promise<AsyncIterable<Uint8Array> | undefined>,
    requester: Requester,
  ): Promise<ProcessedImage | undefined>;
}
