import type { ByteRange } from "../domain/byte-range.ts";
import type { Announced } from "../domain/upload.ts";
import type { ImageFile } from "./image-processor.ts";

/** An upload under `incoming/`, which expires after a day. */
export interface IncomingPicture {
  readonly key: string;
  /** What the bucket accepted, if it was sent by the URL of `upload`. */
  readonly announced?: Announced;
}

/** An upload under `incoming/` that came through us, under the key of that id. */
export interface ReceivedUpload {
  readonly id: string;
  readonly bytes: number;
}

/** An upload by the URL of `ObjectStore.upload`. */
export interface AnnouncedUpload extends Announced {
  readonly key: string;
}

export interface StoredObject {
  readonly key: string;
  readonly modifiedAt: Date;
}

/** Where a browser may PUT one file, and with which headers beside its own (`Content-Length`). */
export interface Upload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A URL that needs no further authorization, until then. */
export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

interface UploadRule extends Announced {
  readonly lifeMs: number;
}

/** Objects in the bucket, by their keys. */
export interface ObjectStore {
  /**
   * The content of an object; undefined if it is missing or empty, or not of the expected type and size. Throws the
   * signal's reason once that is aborted.
   */
  read(
    key: string,
    signal?: AbortSignal,
    expected?: Announced,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Bytes of an object, both ends included, in memory; undefined if it is missing. Throws like `read`. */
  readPart(key: string, part: ByteRange, signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * Writes an immutable object: a second write of the same key has the same bytes. Throws the signal's reason once that
   * is aborted; the object may exist or not then.
   */
  write(key: string, print: ImageFile, signal?: AbortSignal): Promise<void>;
  /** Like `write`, for content that is in memory. */
  put(key: string, content: Uint8Array, contentType: string): Promise<void>;
  /** Removes an object; idempotent. */
  remove(key: string): Promise<void>;
  /** Like `remove`, for many. Removes all it can, even if it throws because some could not be removed. */
  removeAll(keys: readonly string[]): Promise<void>;
  /**
   * A URL that shows the object without further authorization, valid for at most an hour, and for at least half an hour
   * unless our credentials expire sooner.
   */
  url(key: string): Promise<string>;
  /** Like `url`, but the browser saves it as a file of that name. */
  downloadUrl(key: string, name: string): Promise<string>;
  /**
   * A URL that shows the object, or with a name has the browser save it as a file of that name, and its end: in an hour at
   * most, and in half an hour at least unless our credentials expire sooner.
   */
  signedUrl(key: string, name?: string): Promise<SignedUrl>;
  /** SHA-256 of an object's content, in hex, as the bucket keeps it or read; undefined if it is missing. */
  digest(key: string): Promise<string | undefined>;
  /** All objects with that key prefix, a page at a time. */
  list(prefix: string): AsyncIterable<readonly StoredObject[]>;
  /** Restores the newest version of an object with that SHA-256, or any if no hash is passed; false if there is none. */
  restore(key: string, sha256: string | undefined): Promise<boolean>;
  /** Lets a browser send one object of that key, type and size, once: an existing object is not overwritten. */
  upload(key: string, rule: UploadRule): Promise<Upload>;
  /**
   * Closes an upload: an empty object replaces it for a day, so that its URL can write nothing more. `outcome` is the id
   * of what the upload became, if that has another id.
   */
  closeUpload(key: string, outcome?: string): Promise<void>;
  /** The outcome with which an upload was closed within the last day; undefined if there is none. */
  outcomeOf(key: string): Promise<string | undefined>;
}
