import { AppError } from "../domain/app-error.ts";
import {
  type Image,
  type ImageView,
  isPublished,
  type Cursor,
  uploadKeyOf,
  viewImage,
} from "../domain/image.ts";
import type { Requester } from "../domain/client.ts";
import { limits, removalCost } from "../domain/limit.ts";
import type { Images } from "../ports/images.ts";
import type { ObjectStore } from "../ports/object-store.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { UploadUseCases } from "./uploads.ts";

export interface Page {
  readonly items: ImageView[];
  /** Where the next page begins; undefined on the last page. */
  readonly next: Cursor | undefined;
}

interface Query {
  readonly mine: boolean;
  readonly after?: Cursor | undefined;
  readonly limit: number;
}

interface Dependencies {
  readonly images: Images;
  readonly objectStore: ObjectStore;
  readonly uploads: UploadUseCases;
  readonly rateLimiter: Pick<RateLimiter, "consume">;
}

export type ImageUseCases = ReturnType<typeof imageUseCases>;

/** Images that all accounts see and only their owners change. */
export function imageUseCases({ images, objectStore, uploads, rateLimiter }: Dependencies) {
  const complete = async (accountId: string, id: string, requester: Requester) =>
    view(accountId, await uploads.complete(accountId, id, requester));

  async function get(viewerId: string, id: string): Promise<ImageView> {
    return view(viewerId, await published(id));
  }

  /** A URL that downloads the image as a file. */
  async function download(id: string): Promise<string> {
    const { objectKey, name } = await published(id);
    return objectStore.downloadUrl(objectKey, nameWithExtension(name, objectKey));
  }

  /** One page of all images, or of the account's, the newest first. */
  async function list(viewerId: string, { mine, after: place, limit }: Query): Promise<Page> {
    const accountId = mine ? viewerId : undefined;
    const found = await images.list({ accountId, after: place, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      items: await Promise.all(shown.map((image) => view(viewerId, image))),
      next: last && { at: last.publishedAt, id: last.id },
    };
  }

  /**
   * Removes an image of the account: first the record, so that no record points at a missing object. Throws
   * `too_many_requests`, never for one that is not published: that one counts as an upload.
   */
  async function remove(accountId: string, id: string): Promise<void> {
    const image = await images.get(id);
    if (image?.accountId !== accountId) throw new AppError("not_found", "no such image of the account");
    if (isPublished(image))
      await rateLimiter.consume([limits.removalOfAccount, accountId, removalCost(image.bytes)]);
    const removed = await images.remove(id);
    const shown = removed && isPublished(removed) ? [removed.objectKey, removed.thumbnailKey] : [];
    // The integrity check finds what could not be removed.
    const removals = [
      objectStore.closeUpload(uploadKeyOf(id)),
      ...shown.map((key) => objectStore.remove(key)),
    ];
    await Promise.allSettled(removals);
  }

  async function published(id: string): Promise<Image> {
    const image = await images.get(id);
    if (!image || !isPublished(image)) throw new AppError("not_found", "no such image");
    return image;
  }

  async function view(viewerId: string, image: Image): Promise<ImageView> {
    const [imageUrl, thumbnailUrl] = await Promise.all([
      objectStore.url(image.objectKey),
      objectStore.url(image.thumbnailKey),
    ]);
    return viewImage(image, viewerId, { imageUrl, thumbnailUrl });
  }

  return { announce: uploads.announce, complete, get, download, list, remove };
}

function nameWithExtension(name: string, key: string): string {
  const extension = key.slice(key.lastIndexOf("."));
  return name.toLowerCase().endsWith(extension) ? name : `${name}${extension}`;
}
