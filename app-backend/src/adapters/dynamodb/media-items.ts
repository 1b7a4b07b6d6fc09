import type { Media, PendingMedia } from "../../domain/media.ts";
import type { UsedMedia } from "../../domain/project.ts";
import { type Item, number, text, textOrNull, time, timeOrNull } from "./items.ts";
import type { Usage } from "./account-usage.ts";
import { contentKey, mediaKey, ownedOf } from "./keys.ts";
import type { Condition, Write } from "./requests.ts";

/** The partition of the index `owner` with the media of an account. */
export function mediaOwnedBy(accountId: string): string {
  return `media#${accountId}`;
}

export function isStoredItem(item: Item): boolean {
  return timeOrNull(item, "storedAt") !== null;
}

export function mediaOf(item: Item): Media | PendingMedia {
  const pending = {
    ...ownedOf(item),
    name: text(item, "name"),
    bytes: number(item, "bytes"),
    createdAt: time(item, "createdAt"),
  };
  if (!isStoredItem(item)) return pending;
  return {
    ...pending,
    sha256: text(item, "sha256"),
    contentType: text(item, "contentType"),
    objectKey: text(item, "objectKey"),
    storedAt: time(item, "storedAt"),
    keptUntil: time(item, "keptUntil"),
  };
}

/** What a project's item repeats of its media, which does not change: a list of projects reads no other items. */
export function copyOf(media: Item | undefined) {
  return {
    mediaId: media ? ownedOf(media).id : null,
    mediaName: media && text(media, "name"),
    mediaType: media && text(media, "contentType"),
    mediaBytes: media && number(media, "bytes"),
    mediaKey: media && text(media, "objectKey"),
  };
}

export function usedMediaOf(project: Item): UsedMedia | null {
  const id = textOrNull(project, "mediaId");
  if (id === null) return null;
  return {
    id,
    name: text(project, "mediaName"),
    contentType: text(project, "mediaType"),
    bytes: number(project, "mediaBytes"),
    objectKey: text(project, "mediaKey"),
  };
}

/** Counts one more project that points at stored media. */
export function use(media: Item): Write {
  const isSame = { condition: "#objectKey = :objectKey", values: { objectKey: text(media, "objectKey") } };
  return { update: mediaKey(ownedOf(media)), add: { uses: 1 }, ...isSame };
}

/** The writes that remove media as it was read, if the condition holds. */
export function removalOf(media: Item, { condition, values }: Required<Condition>): Write[] {
  const { accountId, id } = ownedOf(media);
  const removal = { delete: mediaKey({ accountId, id }), condition, values };
  const sha256 = textOrNull(media, "sha256");
  if (sha256 === null) return [removal];
  const ofContent = { condition: "#mediaId = :id", values: { id } };
  return [removal, { delete: contentKey(accountId, sha256), ...ofContent }];
}

/** What counts of media that is removed. */
export function usageOf(media: Item): Pick<Usage, "mediaFiles" | "mediaBytes"> {
  return { mediaFiles: -1, mediaBytes: -number(media, "bytes") };
}

/** How media is released by one of its projects, which removes it if it has no other and is not kept at that time. */
export function releaseOf(media: Item | undefined, at: Date) {
  if (!media) return { writes: [], usage: {}, keys: [] };
  const keptUntil = time(media, "keptUntil");
  if (number(media, "uses") > 1 || keptUntil > at) {
    const isStill = { condition: "#uses > :last OR #keptUntil > :at", values: { last: 1, at } };
    const release: Write = { update: mediaKey(ownedOf(media)), add: { uses: -1 }, ...isStill };
    return { writes: [release], usage: {}, keys: [] };
  }
  const isStill = {
    condition: "#uses = :last AND #keptUntil = :keptUntil",
    values: { last: 1, keptUntil },
  };
  return { writes: removalOf(media, isStill), usage: usageOf(media), keys: [text(media, "objectKey")] };
}
