import { AppError } from "../domain/app-error.ts";
import type { ByteRange } from "../domain/byte-range.ts";
import { type Cursor, uploadKeyOf } from "../domain/image.ts";
import { limits, removalCost } from "../domain/limit.ts";
import {
  downloadName,
  isStored,
  type Media,
  mediaKeptMs,
  mediaUploadLifeMs,
  type PendingMedia,
  requireAcceptableMedia,
  type StoredMedia,
} from "../domain/media.ts";
import { extensionOf } from "../domain/media-type.ts";
import type { Owned } from "../domain/owned.ts";
import { after } from "../domain/time.ts";
import type { ListedMedia, MediaFiles } from "../ports/media.ts";
import type { MediaIntake } from "../ports/media-intake.ts";
import type { ObjectStore, SignedUrl, Upload } from "../ports/object-store.ts";
import type { TakeCompletionSlot } from "./completion-slots.ts";
import { mediaQueue } from "./media-queue.ts";
import type { AbandonedUploads } from "./operations/abandoned-uploads.ts";
import type { Attempt, RateLimiter } from "./rate-limiter.ts";

export interface MediaAnnouncement {
  readonly name: string;
  readonly bytes: number;
  readonly contentType?: string | undefined;
}

/** A file that is stored as the upload of that id. */
export type ReceivedFile = Pick<PendingMedia, "id" | "name" | "bytes">;

export interface MediaTimes {
  /** How long a request waits for a file to be completed. */
  readonly waitMs: number;
  /** How long the work on one file may take. */
  readonly workMs: number;
}

interface Dependencies {
  readonly media: MediaFiles;
  readonly objectStore: ObjectStore;
  readonly mediaIntake: MediaIntake;
  readonly abandoned: AbandonedUploads;
  readonly rateLimiter: RateLimiter;
  /** @default - completions of this process alone are kept apart */
  readonly takeCompletionSlot?: TakeCompletionSlot | undefined;
  readonly times: MediaTimes;
  readonly now: () => Date;
  readonly newId: () => string;
  /** An id that is made of a text, always the same one. */
  readonly idOf: (text: string) => string;
}

export type MediaUseCases = ReturnType<typeof mediaUseCases>;

/** Sent as no type that a browser shows: until it is completed no one knows what it is. */
const contentType = "application/octet-stream";

/** How much of a file is in memory while it is read for a client. */
const partBytes = 2 ** 20;

/** Of who sent a form: no other process has what it holds. */
const neverHurried = new AbortController().signal;

/** Files of accounts: announced, sent straight to the bucket, completed, and used by projects. */
export function mediaUseCases(deps: Dependencies) {
  const { media, objectStore, mediaIntake, abandoned, rateLimiter, times, now, newId, idOf } = deps;
  const { takeCompletionSlot } = deps;
  const queue = mediaQueue<Media>(times.workMs);
  const hurried = new AbortController();
  const keptUntil = () => after(now(), mediaKeptMs);

  /** Reserves quota for a file and allows its upload. With a key it is announced once, however often it is repeated. */
  async function announce(
    accountId: string,
    file: MediaAnnouncement,
    key?: string,
  ): Promise<{ media: Media | PendingMedia; upload: Upload }> {
    requireAcceptableMedia(file);
    const id = key === undefined ? newId() : idOf(`media ${accountId} ${key}`);
    const announced = await reserve({ id, accountId, name: file.name, bytes: file.bytes, createdAt: now() });
    const rule = { contentType, bytes: announced.bytes, lifeMs: mediaUploadLifeMs };
    return { media: announced, upload: await objectStore.upload(uploadKeyOf(id), rule) };
  }

  /** Counts against the limit until the file is completed. Returns the media of that id if there is one. */
  async function reserve(file: PendingMedia): Promise<Media | PendingMedia> {
    const known = await media.get(file);
    if (known) return known;
    const attempt = [limits.uploadOfAccount, file.accountId] as const;
    await rateLimiter.consume(attempt);
    let isNew = false;
    try {
      isNew = await media.add(file);
    } finally {
      if (!isNew) await rateLimiter.refund(attempt);
    }
    return isNew ? file : ((await media.get(file)) ?? file);
  }

  /**
   * Finds out what an upload is and stores it, or returns the account's media with the same bytes. If that takes long,
   * returns the pending media: the work goes on, and the call is to be repeated. It may be repeated after any failure.
   */
  async function complete(accountId: string, id: string, signal: AbortSignal): Promise<Media | PendingMedia> {
    const found = await media.get({ accountId, id });
    const isPending = found !== undefined && !isStored(found);
    // The record of a duplicate goes before its work has ended.
    const work = isPending
      ? queue.run(accountId, id, async (stopped) => {
          const free = await takeCompletionSlot?.(accountId, id);
          return takeIn(found, stopped).finally(free);
        })
      : queue.find(accountId, id);
    const stored = work && (await within(work, { ms: times.waitMs, signal, hurried: hurried.signal }));
    if (stored) return stored;
    return isPending ? found : completed({ accountId, id });
  }

  /**
   * Takes in a file that was stored as the upload of that id, and waits until it is completed. Of one that is refused, or
   * whose signal is aborted, it leaves nothing.
   */
  async function receive(accountId: string, file: ReceivedFile, signal: AbortSignal): Promise<Media> {
    const { id } = file;
    const pending = { ...file, accountId, createdAt: now() };
    try {
      requireAcceptableMedia(file);
      await reserve(pending);
      for (;;) {
        const taken = await complete(accountId, id, signal);
        if (isStored(taken)) return taken;
        const work = queue.find(accountId, id);
        if (work) await within(work, { ms: times.workMs, signal, hurried: neverHurried });
      }
    } catch (error) {
      await remove(accountId, id).catch(() => undefined); // gives back what it counted
      throw error;
    } finally {
      await discardReceived(id);
    }
  }

  /** Removes a file that was stored as an upload and not taken in. No URL could write it again. */
  async function discardReceived(id: string): Promise<void> {
    await objectStore.remove(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
  }

  async function takeIn(file: PendingMedia, signal: AbortSignal): Promise<Media> {
    const taken = await mediaIntake.take(file, signal).catch(async (error: unknown) => {
      if (isCode(error, "unsupported_media")) await abandoned.discardMedia(file);
      throw error;
    });
    const stored = taken && (await store(file, taken));
    if (!stored) return completed(file);
    if (stored.id === file.id || (await countDuplicate(file, taken)))
      await rateLimiter.refund([limits.uploadOfAccount, file.accountId]);
    return stored;
  }

  /**
   * Counts the removed copy of a duplicate as a removal, which it is for the bucket. Returns false if there were too many:
   * then it stays counted as an upload that left nothing.
   */
  async function countDuplicate({ accountId }: Owned, taken: StoredMedia): Promise<boolean> {
    try {
      await rateLimiter.consume(removalOf(accountId, taken));
      return true;
    } catch (error) {
      if (isCode(error, "too_many_requests")) return false;
      throw error;
    }
  }

  /** The media that has these bytes; undefined if the announced one is gone. The copy that no record points at is removed. */
  async function store(file: PendingMedia, taken: StoredMedia): Promise<Media | undefined> {
    try {
      const stored = await media.store(file, taken, now(), keptUntil());
      const isOwn = stored?.id === file.id;
      if (isOwn) await objectStore.closeUpload(uploadKeyOf(file.id)).catch(() => undefined); // expires within a day
      if (stored && !isOwn) await closeAs(stored, file);
      const own = isOwn ? stored : await media.get(file);
      if (!own || (isStored(own) && own.objectKey !== taken.objectKey)) await discard(taken);
      return stored;
    } catch (error) {
      // Others may have stored it nevertheless.
      if (isCode(error, "not_signed_in") || isCode(error, "quota_exceeded")) await discard(taken);
      if (isCode(error, "quota_exceeded")) await abandoned.discardMedia(file);
      throw error;
    }
  }

  /** Notes at the upload which media it became, and only then removes its record: a completion that is repeated finds one of them. */
  async function closeAs({ id }: Media, file: Owned): Promise<void> {
    const isClosed = await objectStore.closeUpload(uploadKeyOf(file.id), id).then(
      () => true,
      () => false, // its record is given up within a day
    );
    if (isClosed) await media.removePending(file);
  }

  /** Stored media under its own id or that of its duplicate, which is kept for another day. */
  async function completed(file: Owned): Promise<Media> {
    const found = await media.get(file);
    const isPending = found !== undefined && !isStored(found);
    const stored = found && isStored(found) ? found : await duplicateOf(file);
    const kept = stored && (await media.store(stored, stored, now(), keptUntil()));
    if (kept && isPending) await media.removePending(file);
    if (kept) return kept;
    throw isPending ? new AppError("not_uploaded", "nothing was uploaded") : notFound();
  }

  /** What a closed upload became: the answer to its completion may have been lost. */
  async function duplicateOf({ accountId, id }: Owned): Promise<Media | undefined> {
    const outcome = await objectStore.outcomeOf(uploadKeyOf(id));
    const found = outcome === undefined ? undefined : await media.get({ accountId, id: outcome });
    return found && isStored(found) ? found : undefined;
  }

  /** One page of the account's files, pending and stored, the last announced first. */
  async function list(
    accountId: string,
    { after: place, limit }: { readonly after?: Cursor | undefined; readonly limit: number },
  ): Promise<{ items: ListedMedia[]; next: Cursor | undefined }> {
    const found = await media.list({ accountId, after: place, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, next: last && { at: last.createdAt, id: last.id } };
  }

  /**
   * Removes a file that no project uses: first the record, so that no record points at a missing object. Throws
   * `too_many_requests`, never for one that is pending: that one counts as an upload.
   */
  async function remove(accountId: string, id: string): Promise<void> {
    const found = await media.get({ accountId, id });
    const attempts = found && isStored(found) ? [removalOf(accountId, found)] : [];
    await rateLimiter.consume(...attempts);
    const removed = await media.remove({ accountId, id }).catch(async (error: unknown) => {
      await Promise.allSettled(attempts.map(rateLimiter.refund));
      throw error;
    });
    if (!removed) throw notFound();
    if (isStored(removed)) await discard(removed);
    else await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined);
  }

  /** A URL that plays the file, or downloads it under its name. */
  async function url(
    accountId: string,
    id: string,
    { download }: { readonly download: boolean },
  ): Promise<SignedUrl & { readonly contentType: string }> {
    const found = await media.get({ accountId, id });
    if (!found) throw notFound();
    if (!isStored(found)) throw new AppError("not_uploaded", "file is not completed");
    const name = download ? downloadName(found.name, extensionOf(found.contentType)) : undefined;
    return { ...(await objectStore.signedUrl(found.objectKey, name)), contentType: found.contentType };
  }

  /**
   * Bytes of stored media, in parts of at most 1 MiB. Yields nothing if its object is missing; throws the signal's reason
   * once that is aborted.
   */
  async function* read(
    { objectKey }: Pick<StoredMedia, "objectKey">,
    { first, last }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (let from = first; from <= last; from += partBytes) {
      const to = Math.min(last, from + partBytes - 1);
      const part = await objectStore.readPart(objectKey, { first: from, last: to }, signal);
      if (!part && from === first) return;
      if (!part) throw new AppError("unavailable", "media was removed while it was read");
      yield part;
    }
  }

  /** The integrity check finds an object that could not be removed. */
  async function discard({ objectKey }: StoredMedia): Promise<void> {
    await objectStore.remove(objectKey).catch(() => undefined);
  }

  return {
    ...{ announce, complete, receive, discardReceived, list, remove, url, read },
    inLine: queue.inLine,
    /** From now on no request waits: its client asks the process that follows. */
    hurry: () => hurried.abort(),
    stop: queue.stop,
  };
}

function removalOf(accountId: string, { bytes }: Pick<StoredMedia, "bytes">): Attempt {
  return [limits.removalOfAccount, accountId, removalCost(bytes)];
}

function notFound(): AppError {
  return new AppError("not_found", "no such media of the account");
}

function isCode(error: unknown, code: AppError["code"]): boolean {
  return error instanceof AppError && error.code === code;
}

interface Wait {
  readonly ms: number;
  /** Of the request. */
  readonly signal: AbortSignal;
  readonly hurried: AbortSignal;
}

/** The result, or undefined if it takes longer, or no one is to wait for it any longer. Throws the request's reason. */
async function within<Result>(
  result: Promise<Result>,
  { ms, signal, hurried }: Wait,
): Promise<Result | undefined> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    const giveUp = () => resolve(undefined);
    const timer = setTimeout(giveUp, hurried.aborted ? 0 : ms);
    signal.addEventListener("abort", leave);
    hurried.addEventListener("abort", giveUp);
    result.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      hurried.removeEventListener("abort", giveUp);
    });
  });
}
