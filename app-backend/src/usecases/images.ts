import { AppError, fieldError } from "../domain/app-error.ts";
import {
  abandonedAfterMs,
  type Image,
  type ImageView,
  isPublished,
  type PendingImage,
  type PendingImageView,
  type Place,
  type Rendition,
  uploadKeyOf,
  uploadLifeMs,
  viewImage,
  viewPending,
} from "../domain/image.ts";
import { imageTypeOf, maxImageBytes } from "../domain/image-type.ts";
import { after } from "../domain/session.ts";
import type { Darkroom, Developed } from "../ports/darkroom.ts";
import type { Images } from "../ports/images.ts";
import type { Pictures, Upload } from "../ports/pictures.ts";

export interface Announcement {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
}

export interface Page {
  readonly items: ImageView[];
  /** Where the next page begins; undefined where this was the last. */
  readonly next: Place | undefined;
}

interface Query {
  readonly mine: boolean;
  readonly after?: Place | undefined;
  readonly limit: number;
}

interface Dependencies {
  readonly images: Images;
  readonly pictures: Pictures;
  readonly darkroom: Darkroom;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type ImageUseCases = ReturnType<typeof imageUseCases>;

const abandonedAtOnce = 100;

/** Images that everybody sees and their owners alone change. */
export function imageUseCases({ images, pictures, darkroom, now, newId }: Dependencies) {
  /** Reserves room for an image and allows its upload. */
  async function announce(accountId: string, { name, contentType, bytes }: Announcement) {
    if (imageTypeOf(contentType) === undefined)
      throw fieldError("unsupported_image", "contentType", "is not an image type that is accepted");
    if (bytes > maxImageBytes) throw fieldError("image_too_large", "bytes", `are more than ${maxImageBytes}`);
    const image: PendingImage = { id: newId(), accountId, name, contentType, bytes, createdAt: now() };
    if (!(await images.add(image))) throw new AppError("quota_exceeded", "account is full");
    const rule = { contentType, maxBytes: bytes, lifeMs: uploadLifeMs };
    const upload = await pictures.upload(uploadKeyOf(image.id), rule);
    return { image: viewPending(image), upload } satisfies { image: PendingImageView; upload: Upload };
  }

  /**
   * Checks, cleans and publishes what was uploaded. Stopped anywhere, it can be called again: objects are named by what
   * they hold, and the record comes last.
   */
  async function complete(accountId: string, id: string): Promise<ImageView> {
    const image = await owned(accountId, id);
    if (isPublished(image)) return view(accountId, image);
    const upload = await pictures.read(uploadKeyOf(id));
    if (!upload) return publishedMeanwhile(accountId, id);
    const developed = await darkroom.develop(upload).catch(async (error: unknown) => {
      if (isForGood(error)) await discard(id);
      throw error;
    });
    try {
      await publish(id, await store(id, developed));
    } finally {
      await developed.discard();
    }
    await pictures.remove(uploadKeyOf(id)).catch(() => undefined); // expires by itself within a day
    return view(accountId, await published(id));
  }

  /** Of several at once one publishes; what the others made of what they found is taken away. */
  async function publish(id: string, rendition: Rendition): Promise<void> {
    try {
      if (await images.publish(id, rendition, now())) return;
    } catch (error) {
      if (isForGood(error)) {
        await removeObjects(rendition);
        await discard(id);
      }
      throw error;
    }
    const stored = await images.get(id);
    const kept = stored && isPublished(stored) ? [stored.objectKey, stored.thumbnailKey] : [];
    const keys = [rendition.objectKey, rendition.thumbnailKey].filter((key) => !kept.includes(key));
    await removeAll(keys);
  }

  /** Another call may have been faster, and have taken the upload away. */
  async function publishedMeanwhile(accountId: string, id: string): Promise<ImageView> {
    const image = await owned(accountId, id);
    if (!isPublished(image)) throw new AppError("not_uploaded", "nothing was uploaded");
    return view(accountId, image);
  }

  async function store(id: string, { original, thumbnail }: Developed): Promise<Rendition> {
    const objectKey = `images/${id}/${original.sha256}.${original.extension}`;
    const thumbnailKey = `images/${id}/${thumbnail.sha256}.${thumbnail.extension}`;
    await Promise.all([pictures.write(objectKey, original), pictures.write(thumbnailKey, thumbnail)]);
    const { contentType, width, height } = original;
    return {
      contentType,
      bytes: original.bytes + thumbnail.bytes,
      width,
      height,
      objectKey,
      thumbnailKey,
      thumbnailWidth: thumbnail.width,
      thumbnailHeight: thumbnail.height,
    };
  }

  /** Whether the upload will never be an image, however often it is looked at. */
  function isForGood(error: unknown): boolean {
    const codes = ["unsupported_image", "image_dimensions", "image_too_large", "quota_exceeded"];
    return error instanceof AppError && codes.includes(error.code);
  }

  /** Gives up an upload; what another call has published stays. */
  async function discard(id: string): Promise<void> {
    await images.removePending(id);
    await pictures.remove(uploadKeyOf(id)).catch(() => undefined);
  }

  async function get(viewerId: string, id: string): Promise<ImageView> {
    return view(viewerId, await published(id));
  }

  /** A URL that saves the image as a file. */
  async function download(id: string): Promise<string> {
    const { objectKey, name } = await published(id);
    return pictures.downloadUrl(objectKey, nameWithExtension(name, objectKey));
  }

  /** One page of everybody's images, or of one's own, the newest first. */
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

  /** Removes an image of one's own: first the record, so that nothing points at an object that is gone. */
  async function remove(accountId: string, id: string): Promise<void> {
    await owned(accountId, id);
    const removed = await images.remove(id);
    await pictures.remove(uploadKeyOf(id)).catch(() => undefined);
    if (removed && isPublished(removed)) await removeObjects(removed);
  }

  async function removeObjects({ objectKey, thumbnailKey }: Rendition): Promise<void> {
    await removeAll([objectKey, thumbnailKey]);
  }

  /** Removes objects that nothing points at; the integrity check finds what could not be removed. */
  async function removeAll(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => pictures.remove(key).catch(() => undefined)));
  }

  /** Gives up uploads that were begun a day ago and never completed. Gives how many. */
  async function giveUpAbandoned(): Promise<number> {
    const found = await images.listAbandoned(after(now(), -abandonedAfterMs), abandonedAtOnce);
    for (const { id } of found) await discard(id);
    return found.length === abandonedAtOnce ? found.length + (await giveUpAbandoned()) : found.length;
  }

  async function owned(accountId: string, id: string): Promise<Image | PendingImage> {
    const image = await images.get(id);
    if (image?.accountId !== accountId) throw new AppError("not_found", "no such image of the account");
    return image;
  }

  async function published(id: string): Promise<Image> {
    const image = await images.get(id);
    if (!image || !isPublished(image)) throw new AppError("not_found", "no such image");
    return image;
  }

  async function view(viewerId: string, image: Image): Promise<ImageView> {
    const [imageUrl, thumbnailUrl] = await Promise.all([
      pictures.url(image.objectKey),
      pictures.url(image.thumbnailKey),
    ]);
    return viewImage(image, viewerId, { imageUrl, thumbnailUrl });
  }

  return { announce, complete, get, download, list, remove, giveUpAbandoned };
}

function nameWithExtension(name: string, key: string): string {
  const extension = key.slice(key.lastIndexOf("."));
  return name.toLowerCase().endsWith(extension) ? name : `${name}${extension}`;
}
