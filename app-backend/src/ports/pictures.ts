import type { ImageType } from "../domain/image-type.ts";

/** An upload that waits under `incoming/` until somebody claims it, for a day at most. */
export interface IncomingPicture {
  readonly key: string;
  readonly type: ImageType;
}

export interface Pictures {
  /** Copies an upload to its lasting key. The upload stays: `remove` it when the record is written. */
  place(incoming: IncomingPicture, key: string): Promise<void>;
  /** Removes an object; no matter if it is gone. */
  remove(key: string): Promise<void>;
  /** A URL that shows the object to whoever has it, for half an hour at least and an hour at most. */
  url(key: string): Promise<string>;
}
