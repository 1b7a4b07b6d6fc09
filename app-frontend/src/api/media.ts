import { putFile, request } from "./request.ts";
import type { Operations } from "./schema.ts";

export type MediaAnnouncement = Operations["announceMedia"]["body"];
export type AnnouncedMedia = Operations["announceMedia"]["response"];
export type Media = Operations["completeMedia"]["response"]["media"];
export type MediaUrl = Operations["getMediaUrl"]["response"];
/** Without `cursor` it is the last page. */
export type MediaPage = Operations["listMedia"]["response"];
export type UsedMedia = MediaPage["items"][number];

/** The same key again returns the same media with a fresh URL. */
export const announceMedia = (accessToken: string, json: MediaAnnouncement, idempotencyKey: string) =>
  request<AnnouncedMedia>("/media", { method: "POST", accessToken, json, idempotencyKey });

export const sendMedia = putFile;

/** Looks at what was sent. The answer may be another media of the same bytes, or still `pending`: then ask again. */
export const completeMedia = async (accessToken: string, id: string) =>
  (await request<{ media: Media }>(`${pathOf(id)}/complete`, { method: "POST", accessToken })).media;

export function listMedia(accessToken: string, cursor: string | undefined) {
  const query = new URLSearchParams({ limit: "24", ...(cursor && { cursor }) });
  return request<MediaPage>(`/media?${query}`, { accessToken });
}

export const removeMedia = (accessToken: string, id: string) =>
  request<void>(pathOf(id), { method: "DELETE", accessToken });

/** A URL that plays the media, or saves it as a file. */
export const getMediaUrl = (accessToken: string, id: string, { download = false } = {}) =>
  request<MediaUrl>(`${pathOf(id)}/url${download ? "?download=true" : ""}`, { accessToken });

function pathOf(id: string): string {
  return `/media/${encodeURIComponent(id)}`;
}
