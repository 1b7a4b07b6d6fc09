import { AppError } from "../domain/app-error.ts";
import {
  type Image,
  isPublished,
  type PendingImage,
  type PendingImageView,
  type Rendition,
  uploadKeyOf,
  viewPending,
} from "../domain/image.ts";
import { limits } from "../domain/limit.ts";
import { type Announced, requireAcceptable, uploadLifeMs } from "../domain/upload.ts";
import type { Requester } from "../domain/client.ts";
import type { ImageIntake, TakenIn } from "../ports/image-intake.ts";
import type { Images } from "../ports/images.ts";
import type { ObjectStore, Upload } from "../ports/object-store.ts";
import type { AbandonedUploads } from "./operations/abandoned-uploads.ts";
import type { TakeCompletionSlot } from "./completion-slots.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { singleFlight } from "./single-flight.ts";

export interface Announcement extends Announced {
  readonly name: string;
}

interface Dependencies {
  readonly images: Images;
  readonly objectStore: ObjectStore;
  readonly imageIntake: ImageIntake;
  readonly abandoned: AbandonedUploads;
  readonly rateLimiter: RateLimiter;
  /** @default - completions of this process alone are kept apart */
  readonly takeCompletionSlot?: TakeCompletionSlot | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type UploadUseCases = ReturnType<typeof uploadUseCases>;

/** Uploads of images: announced to the API, sent to the bucket, completed by the API. */
export function uploadUseCases(deps: Dependencies) {
  const { images, objectStore, imageIntake, abandoned, rateLimiter, takeCompletionSlot, now, newId } = deps;
  const completions = singleFlight<Image>();

  /** Reserves quota for an image and allows its upload. Counts against the limit until the image is published. */
  async function announce(accountId: string, { name, contentType, bytes }: Announcement) {
    requireAcceptable({ contentType, bytes });
    const attempt = [limits.uploadOfAccount, accountId] as const;
    await rateLimiter.consume(attempt);
    const image: PendingImage = { id: newId(), accountId, name, contentType, bytes, createdAt: now() };
    if (!(await images.add(image))) {
      await rateLimiter.refund(attempt);
      throw new AppError("quota_exceeded", "account is full");
    }
    const rule = { contentType, bytes, lifeMs: uploadLifeMs };
    const upload = await objectStore.upload(uploadKeyOf(image.id), rule);
    return { image: viewPending(image), upload } satisfies { image: PendingImageView; upload: Upload };
  }

  /**
   * Checks, processes and publishes an upload. If it stops anywhere it can be called again: objects are named by their
   * content, and the record is written last. Concurrent calls share one run, which stops before the record is written
   * if no request waits for it.
   */
  async function complete(accountId: string, id: string, requester: Requester): Promise<Image> {
    const image = await owned(accountId, id);
    return isPublished(image)
      ? image
      : completions.run(accountId, id, requester.signal, async (signal) => {
          const free = await takeCompletionSlot?.(accountId, id);
          return develop(accountId, id, { ...requester, signal }).finally(free);
        });
  }

  async function develop(accountId: string, id: string, requester: Requester): Promise<Image> {
    const destination = { prefix: `images/${id}/`, thumbnail: true, shared: true };
    const taken = await imageIntake
      .take({ key: uploadKeyOf(id) }, destination, requester)
      .catch(async (error: unknown) => {
        if (isForGood(error)) await abandoned.discard(id);
        throw error;
      });
    if (!taken) return publishedMeanwhile(accountId, id);
    requester.signal.throwIfAborted(); // the next attempt uses what is stored
    const isNew = await publish(id, renditionOf(taken));
    if (isNew) await rateLimiter.refund([limits.uploadOfAccount, accountId]);
    await objectStore.closeUpload(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
    return publishedMeanwhile(accountId, id);
  }

  /** False if another process published the image first; the objects made here are then removed. */
  async function publish(id: string, rendition: Rendition): Promise<boolean> {
    try {
      if (await images.publish(id, rendition, now())) return true;
    } catch (error) {
      if (isForGood(error)) {
        await removeAll([rendition.objectKey, rendition.thumbnailKey]);
        await abandoned.discard(id);
      }
      throw error;
    }
    const stored = await images.get(id);
    const kept = stored && isPublished(stored) ? [stored.objectKey, stored.thumbnailKey] : [];
    await removeAll([rendition.objectKey, rendition.thumbnailKey].filter((key) => !kept.includes(key)));
    return false;
  }

  async function publishedMeanwhile(accountId: string, id: string): Promise<Image> {
    const image = await owned(accountId, id);
    if (!isPublished(image)) throw new AppError("not_uploaded", "nothing was uploaded");
    return image;
  }

  /** Removes unreferenced objects; the integrity check finds those that could not be removed. */
  async function removeAll(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => objectStore.remove(key).catch(() => undefined)));
  }

  async function owned(accountId: string, id: string): Promise<Image | PendingImage> {
    const image = await images.get(id);
    if (image?.accountId !== accountId) throw new AppError("not_found", "no such image of the account");
    return image;
  }

  return { announce, complete, inProgress: completions.inProgress };
}

function renditionOf({ original, thumbnail }: TakenIn): Rendition {
  if (!thumbnail) throw new Error("no thumbnail was made");
  const { contentType, width, height } = original;
  return {
    ...{ contentType, width, height },
    bytes: original.bytes + thumbnail.bytes,
    objectKey: original.key,
    thumbnailKey: thumbnail.key,
    thumbnailWidth: thumbnail.width,
    thumbnailHeight: thumbnail.height,
  };
}

/** Whether a retry of this upload can never succeed. */
function isForGood(error: unknown): boolean {
  const codes = [
    "unsupported_image",
    "damaged_image",
    "image_dimensions",
    "unprocessable_image",
    "image_too_large",
    "quota_exceeded",
  ];
  return error instanceof AppError && codes.includes(error.code);
}
