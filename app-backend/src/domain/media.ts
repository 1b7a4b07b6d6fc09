import { AppError, fieldError } from "./app-error.ts";
import type { Owned } from "./owned.ts";

/** The quota of one account, which announced files count against too. */
export const mediaQuota = { maxFiles: 1_000, maxBytes: 2 * 2 ** 30 };

/** The largest file, in bytes. */
export const maxMediaBytes = 200 * 2 ** 20;

/** How long media is kept without a project after an upload was answered with it. */
export const mediaKeptMs = 24 * 3_600_000;

/** How long the URL of an upload lives: S3 looks at its end when the request begins. */
export const mediaUploadLifeMs = 3_600_000;

export const maxMediaNameLength = 255;

export type MediaKind = "audio" | "video" | "pdf";

/** A file that is announced and not yet completed. `bytes` is the announced size. */
export interface PendingMedia extends Owned {
  readonly name: string;
  readonly bytes: number;
  readonly createdAt: Date;
}

/** What a completed upload turned out to be. */
export interface StoredMedia {
  readonly sha256: string;
  /** The type by its bytes. */
  readonly contentType: string;
  readonly bytes: number;
  readonly objectKey: string;
}

/** A file of an account: its bytes are stored once, whatever their names. */
export interface Media extends PendingMedia, StoredMedia {
  readonly storedAt: Date;
  /** Until then it stays without a project. */
  readonly keptUntil: Date;
}

export interface MediaView {
  readonly id: string;
  readonly state: "pending" | "stored";
  readonly name: string;
  readonly bytes: number;
  /** Null while it is pending. */
  readonly kind: MediaKind | null;
  readonly contentType: string | null;
  readonly createdAt: string;
}

export function isStored(media: Media | PendingMedia): media is Media {
  return "storedAt" in media;
}

export function mediaKindOf(contentType: string): MediaKind {
  if (contentType === "application/pdf") return "pdf";
  return contentType.startsWith("video/") ? "video" : "audio";
}

export function viewMedia(media: Media | PendingMedia): MediaView {
  const { id, name, bytes } = media;
  const contentType = isStored(media) ? media.contentType : null;
  const kind = contentType === null ? null : mediaKindOf(contentType);
  const state = isStored(media) ? "stored" : "pending";
  return { id, state, name, bytes, kind, contentType, createdAt: media.createdAt.toISOString() };
}

/** Labels that no sound, video or PDF has; any other label says nothing. */
const foreign = /^(?:text|image|font|model)\/|[/+](?:xml|html|javascript|json)\b/i;

/** Throws `unsupported_media` or `media_too_large` for what need not be sent. */
export function requireAcceptableMedia({
  contentType,
  bytes,
}: {
  contentType?: string | undefined;
  bytes: number;
}) {
  if (foreign.test(contentType ?? ""))
    throw fieldError("unsupported_media", "contentType", "is not a type of audio, video or PDF");
  if (bytes > maxMediaBytes) throw fieldError("media_too_large", "bytes", `are more than ${maxMediaBytes}`);
}

/** The most bytes of a file's name that file systems take. */
const maxDownloadNameBytes = 255;

/** The name of a download: one of a file without folders, which ends with the extension of the type that was found. */
export function downloadName(name: string, extension: string): string {
  const end = `.${extension}`;
  const plain = name.replace(/[/\\\p{Cs}]/gu, "_");
  const stem = plain.toLowerCase().endsWith(end) ? plain.slice(0, -end.length) : plain;
  let [kept, bytes] = ["", end.length];
  for (const sign of stem) {
    bytes += new TextEncoder().encode(sign).length;
    if (bytes > maxDownloadNameBytes) break;
    kept += sign;
  }
  return kept + end;
}

/** Throws `media_gone`, the same for media of another account, a pending one and none. */
export function requireUsable(media: Media | PendingMedia | undefined): Media {
  if (!media || !isStored(media)) throw mediaGone();
  return media;
}

export function mediaGone(cause?: unknown): AppError {
  return new AppError("media_gone", "no such media of the account", { cause });
}
