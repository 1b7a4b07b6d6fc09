import { type Transfer, putFile, request } from "./request.ts";

export const pictureTypes = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"] as const;

export type PictureType = (typeof pictureTypes)[number];

/** An image in the gallery. */
export type GalleryImage = {
  id: string;
  name: string;
  /** Whether it belongs to who asks. */
  mine: boolean;
  contentType: string;
  bytes: number;
  width: number;
  height: number;
  /** ISO 8601. */
  createdAt: string;
  /** Presigned URLs, valid for an hour. */
  imageUrl: string;
  thumbnailUrl: string;
  thumbnailWidth: number;
  thumbnailHeight: number;
};

/** Without `cursor` there is nothing further. */
export type ImagePage = { items: GalleryImage[]; cursor?: string };

export type ImageQuery = { mine: boolean; cursor: string | undefined; limit: number };
export type Announcement = { name: string; contentType: PictureType; bytes: number };

/** Room for an image, and the URL that takes it straight to S3, once, good for 15 minutes. */
export type Ticket = { image: { id: string }; upload: { url: string; headers: Record<string, string> } };

type Answer = { image: GalleryImage };

/** The newest first, of everybody or of who asks. */
export function listImages(accessToken: string, { mine, cursor, limit }: ImageQuery): Promise<ImagePage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (mine) query.set("owner", "me");
  if (cursor) query.set("cursor", cursor);
  return request<ImagePage>(`/images?${query}`, { accessToken });
}

export const announceImage = (accessToken: string, json: Announcement) =>
  request<Ticket>("/images", { method: "POST", accessToken, json });

export const sendImage = ({ url, headers }: Ticket["upload"], file: File, transfer: Transfer) =>
  putFile(url, headers, file, transfer);

/** Has what was sent checked, cleaned and published. May be called again. */
export const completeImage = async (accessToken: string, id: string) =>
  (await request<Answer>(`${pathOf(id)}/complete`, { method: "POST", accessToken })).image;

export const getImage = async (accessToken: string, id: string) =>
  (await request<Answer>(pathOf(id), { accessToken })).image;

/** A URL that saves the image as a file. */
export const getDownloadUrl = async (accessToken: string, id: string) =>
  (await request<{ url: string }>(`${pathOf(id)}/download`, { accessToken })).url;

export const removeImage = (accessToken: string, id: string) =>
  request<void>(pathOf(id), { method: "DELETE", accessToken });

function pathOf(id: string): string {
  return `/images/${encodeURIComponent(id)}`;
}
