/** An encoded image in a file of its own, which its receiver may read until `discard`. */
export interface Print {
  readonly path: string;
  readonly sha256: string;
  readonly contentType: string;
  readonly extension: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

export interface Developed {
  readonly original: Print;
  readonly thumbnail: Print;
  /** Removes the files. */
  discard(): Promise<void>;
}

export interface Darkroom {
  /**
   * Reads an upload, which it asks for once there is room for it, to its end and makes of it what is fit to be shown:
   * upright, without metadata, of one of the accepted types. Undefined where there is no upload. Throws
   * `unsupported_image` for what is no image, `damaged_image` for one that is not whole, `image_dimensions` for one that
   * is too large or takes too long to decode, `image_too_large` for too many bytes, `unavailable` where too many wait
   * already, or the disk takes no more.
   */
  develop(read: () => Promise<AsyncIterable<Uint8Array> | undefined>): Promise<Developed | undefined>;
}
