import type { StoredMedia } from "../domain/media.ts";
import type { Owned } from "../domain/owned.ts";

/** Takes uploads of media in: finds what they are, and stores them in their place. */
export interface MediaIntake {
  /**
   * Reads the upload of announced media once, and copies it to its place under the type of its bytes; no record names the
   * copy yet. Undefined if there is no upload, or no longer this one when it is copied. Throws `unsupported_media`; when
   * the signal is aborted, its reason.
   */
  take(media: Owned, signal: AbortSignal): Promise<StoredMedia | undefined>;
}
