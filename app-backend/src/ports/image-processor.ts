import type { Requester } from "../domain/client.ts";

/** An encoded image in a file of its own, which its receiver may read until `discard`. */
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
   * Reads an upload, which it asks for once there is room for it, to its end and makes of it what is fit to be shown:
   * upright, without metadata, of one of the accepted types. Undefined where there is no upload. Throws
   * `unsupported_image` for what is no image, `damaged_image` for one that is not whole, `image_dimensions` for one that
   * is too large or takes too long to decode, `unprocessable_image` for a kind that the decoder lacks, `image_too_large` for
   * too many bytes, `too_many_requests` for a network over its share of places or time, `unavailable` if too many wait
   * already, or the disk takes no more. Once `signal` is aborted it stops, frees everything and throws the signal's reason.
   */
  process(
    read: () => Promise<AsyncIterable<Uint8Array> | undefined>,
    requester: Requester,
  ): Promise<ProcessedImage | undefined>;
}
