import { putFile, request } from "./request.ts";
import type { Operations } from "./schema.ts";

export const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"] as const;

export type ImageType = (typeof imageTypes)[number];

/** An image in the gallery. Its presigned URLs are valid for an hour. */
export type GalleryImage = Operations["getImage"]["response"]["image"];

/** Without `cursor` it is the last page. */
export type ImagePage = Operations["listImages"]["response"];

export type ImageQuery = { mine: boolean; cursor: string | undefined; limit: number };
export type UploadRequest = Operations["announceImage"]["body"];

/** The id of a reserved image, and the URL that takes its file straight to S3, once, within 15 minutes. */
export type PresignedUpload = Operations["announceImage"]["response"];

type ImageResponse = Operations["getImage"]["response"];

/** The newest images first, of everyone or of the caller. */
export function listImages(accessToken: string, { mine, cursor, limit }: ImageQuery): Promise<ImagePage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (mine) query.set("owner", "me");
  if (cursor) query.set("cursor", cursor);
  return request<ImagePage>(`/images?${query}`, { accessToken });
}

export const announceImage = (accessToken: string, json: UploadRequest) =>
  request<PresignedUpload>("/images", { method: "POST", accessToken, json });

export const sendImage = putFile;

/** Checks, re-encodes and publishes what was sent. Idempotent. */
export const completeImage = async (accessToken: string, id: string) =>
  (await request<ImageResponse>(`${pathOf(id)}/complete`, { method: "POST", accessToken })).image;

export const getImage = async (accessToken: string, id: string) =>
  (await request<ImageResponse>(pathOf(id), { accessToken })).image;

/** A URL that saves the image as a file. */
export const getDownloadUrl = async (accessToken: string, id: string) =>
  (await request<Operations["downloadImage"]["response"]>(`${pathOf(id)}/download`, { accessToken })).url;

export const removeImage = (accessToken: string, id: string) =>
  request<void>(pathOf(id), { method: "DELETE", accessToken });

function pathOf(id: string): string {
  return `/images/${encodeURIComponent(id)}`;
}
