import type { Cursor } from "../domain/image.ts";
import type { Media, PendingMedia, StoredMedia } from "../domain/media.ts";
import type { Owned } from "../domain/owned.ts";

export interface MediaQuery {
  readonly accountId: string;
  /** Only those after this position. */
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

/** `uses` is how many projects, in the bin or not, point at it. */
export type ListedMedia = (Media | PendingMedia) & { readonly uses: number };

/**
 * The files of accounts, which projects use. `add` and `store` throw `not_signed_in` and change nothing if the account is gone or
 * marked as removed.
 */
export interface MediaFiles {
  /** The media, pending or stored; undefined if the account has none of that id. */
  get(media: Owned): Promise<Media | PendingMedia | undefined>;
  /** Media of one account, pending or stored, the last announced first. */
  list(query: MediaQuery): Promise<ListedMedia[]>;
  /**
   * Stores new pending media and counts it; false, and changes nothing, if the account has one of that id. Throws
   * `quota_exceeded`.
   */
  add(media: PendingMedia): Promise<boolean>;
  /**
   * Stores what pending media turned out to be, and keeps it at least until `keptUntil`. If the account has media with
   * the same hash, returns that instead, which is then kept at least as long, and the pending one stays. Of parallel
   * calls for one hash all return the same media. For media that is stored already returns it, kept as long;
   * undefined if there is none of that id. Throws `quota_exceeded` for more bytes than announced.
   */
  store(media: Owned, stored: StoredMedia, at: Date, keptUntil: Date): Promise<Media | undefined>;
  /**
   * Removes media, pending or stored, and counts it back; returns it. Undefined if there is none. Throws `media_in_use`
   * while a project points at it, of which none is left with a missing media.
   */
  remove(media: Owned): Promise<Media | PendingMedia | undefined>;
  /** Like `remove`, but keeps stored media; idempotent. */
  removePending(media: Owned): Promise<void>;
  /** Pending media of all accounts that was announced before that time, the oldest first. */
  listAbandoned(before: Date, limit: number): Promise<PendingMedia[]>;
  /** Pending media of one account. */
  listPending(accountId: string, limit: number): Promise<PendingMedia[]>;
  /**
   * Removes all media of an account, whatever is marked; idempotent. Its projects and all objects are removed before.
   */
  removeOfAccount(accountId: string): Promise<void>;
}
