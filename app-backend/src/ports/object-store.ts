import type { ImageFile } from "./image-processor.ts";

/** An upload that waits under `incoming/` until somebody claims it, for a day at most. */
export interface IncomingPicture {
  readonly key: string;
}

export interface StoredObject {
  readonly key: string;
  readonly modifiedAt: Date;
}

/** Where a browser may PUT one file, and with which headers beside those of its own (`Content-Length`). */
export interface Upload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface UploadRule {
  readonly contentType: string;
  readonly bytes: number;
  readonly lifeMs: number;
}

/** Objects in the bucket, by their keys. */
export interface ObjectStore {
  /** What an object holds; undefined when it is not there, or empty. Throws the signal's reason once that is aborted. */
  read(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Writes an object that never changes: who writes the same key again writes the same bytes. Throws the signal's reason
   * once that is aborted; then the object may be there or not.
   */
  write(key: string, print: ImageFile, signal?: AbortSignal): Promise<void>;
  /** Removes an object; no matter if it is gone. */
  remove(key: string): Promise<void>;
  /** As `remove`, for many; what can be removed is, also where it throws because something could not. */
  removeAll(keys: readonly string[]): Promise<void>;
  /**
   * A URL that shows the object to whoever has it, for an hour at most, and for half an hour at least unless our
   * credentials end sooner.
   */
  url(key: string): Promise<string>;
  /** As `url`, but the browser saves it as a file of that name. */
  downloadUrl(key: string, name: string): Promise<string>;
  /** SHA-256 of what an object holds, in hex; undefined when it is not there. */
  digest(key: string): Promise<string | undefined>;
  /** All objects whose keys begin so, a page at a time. */
  list(prefix: string): AsyncIterable<readonly StoredObject[]>;
  /** Puts back the newest version of an object that has that SHA-256, or any where none is given; false where there is none. */
  restore(key: string, sha256: string | undefined): Promise<boolean>;
  /** Lets a browser send one object of that key, type and size, once: nothing is written over what is there. */
  upload(key: string, rule: UploadRule): Promise<Upload>;
  /** Ends an upload for good: an empty object takes its place for a day, so that its URL writes nothing any more. */
  closeUpload(key: string): Promise<void>;
}
