import { type Image, type PendingImage } from "../../domain/image.ts";
import { type Item, number, text, textOrNull, time, timeOrNull } from "./items.ts";

/** The partition of the index `owner` with those images of an account that are pending or withdrawn. */
export function hiddenOf(accountId: string): string {
  return `hidden#${accountId}`;
}

export function imageOf(item: Item): Image | PendingImage {
  const pending = {
    id: text(item, "id"),
    accountId: text(item, "accountId"),
    name: text(item, "name"),
    contentType: text(item, "contentType"),
    bytes: number(item, "bytes"),
    createdAt: time(item, "createdAt"),
  };
  const publishedAt = timeOrNull(item, "publishedAt");
  if (publishedAt === null) return pending;
  return {
    ...pending,
    width: number(item, "width"),
    height: number(item, "height"),
    objectKey: text(item, "objectKey"),
    thumbnailKey: text(item, "thumbnailKey"),
    thumbnailWidth: number(item, "thumbnailWidth"),
    thumbnailHeight: number(item, "thumbnailHeight"),
    publishedAt,
  };
}

/** Whether an image is neither published nor withdrawn: a withdrawn one keeps its keys. */
export function isPending(item: Item): boolean {
  return item["publishedAt"] === undefined && item["objectKey"] === undefined;
}

/** The keys of an image's objects; none if it is pending. */
export function objectKeysOf(item: Item): string[] {
  const keys = [textOrNull(item, "objectKey"), textOrNull(item, "thumbnailKey")];
  return keys.filter((key) => key !== null);
}
