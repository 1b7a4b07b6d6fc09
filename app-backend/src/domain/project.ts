import { AppError, fieldError } from "./app-error.ts";
import { type Media, type MediaKind, mediaKindOf } from "./media.ts";
import type { Owned } from "./owned.ts";
import { etagOf } from "./revision.ts";
import { videoLink } from "./youtube.ts";

/** The quota of one account. Projects in the bin and former versions count. */
export const projectQuota = { maxProjects: 1_000, maxNotesBytes: 2 ** 29 };

/** How long a project stays in the bin. */
export const binLifeMs = 30 * 24 * 3_600_000;

export const projectTypes = ["audio", "video", "pdf", "youtube", "none"] as const;
export type ProjectType = (typeof projectTypes)[number];

/** The object of notes. Its key contains the hash of its content. */
export interface StoredNotes {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a project is, beside its notes. At most one of `videoId` and `mediaId` is set. */
export interface ProjectFacts {
  readonly title: string;
  readonly type: ProjectType;
  readonly label: string | null;
  /** The 11 characters of a YouTube video. */
  readonly videoId: string | null;
  readonly mediaId: string | null;
}

/** The media of a project, as projects show it. */
export type UsedMedia = Pick<Media, "id" | "name" | "contentType" | "bytes" | "objectKey">;

/** A note with optional media. */
export interface Project extends Owned, Omit<ProjectFacts, "mediaId"> {
  readonly media: UsedMedia | null;
  /** How many notes were saved; `notes` are the last of them. */
  readonly version: number;
  /** A random id, which every change of notes or facts replaces. */
  readonly revision: string;
  readonly notes: StoredNotes;
  /** The device of the last change. */
  readonly device: string;
  readonly createdAt: Date;
  readonly savedAt: Date;
  /** Since when it is in the bin. */
  readonly deletedAt: Date | null;
}

/** Notes as they were saved once. */
export interface ProjectVersion {
  readonly version: number;
  /** The key with which the client may have repeated this save. */
  readonly saveId: string | null;
  readonly savedAt: Date;
  readonly device: string;
  readonly notes: StoredNotes;
}

export interface ProjectView {
  readonly id: string;
  readonly etag: string;
  readonly title: string;
  readonly type: ProjectType;
  readonly label: string | null;
  readonly src: string | null;
  readonly mimetype: string | null;
  readonly media: { readonly id: string; readonly name: string; readonly bytes: number } | null;
  readonly version: number;
  readonly notesBytes: number;
  readonly notesSha256: string;
  readonly device: string;
  readonly createdAt: string;
  readonly savedAt: string;
  readonly deletedAt: string | null;
}

export interface VersionView {
  readonly version: number;
  readonly savedAt: string;
  readonly bytes: number;
  readonly device: string;
}

export function viewProject(project: Project): ProjectView {
  const { id, title, type, label, videoId, media, version, notes, device } = project;
  return {
    ...{ id, etag: etagOf(project.revision), title, type, label },
    src: videoId === null ? null : videoLink(videoId),
    mimetype: media?.contentType ?? null,
    media: media && { id: media.id, name: media.name, bytes: media.bytes },
    ...{ version, notesBytes: notes.bytes, notesSha256: notes.sha256, device },
    createdAt: project.createdAt.toISOString(),
    savedAt: project.savedAt.toISOString(),
    deletedAt: project.deletedAt?.toISOString() ?? null,
  };
}

export function viewVersion({ version, savedAt, notes, device }: ProjectVersion): VersionView {
  return { version, savedAt: savedAt.toISOString(), bytes: notes.bytes, device };
}

/** The type that a project has by its media or video. Throws `invalid_input` if another one is asked for. */
export function projectTypeOf(
  { videoId, media }: { videoId: string | null; media: { contentType: string } | null },
  asked: ProjectType | undefined,
): ProjectType {
  if (videoId !== null && media !== null)
    throw fieldError("invalid_input", "src", "cannot be set together with media");
  const kind: MediaKind | undefined = media ? mediaKindOf(media.contentType) : undefined;
  const type = kind ?? (videoId === null ? "none" : "youtube");
  if (asked !== undefined && asked !== type)
    throw fieldError("invalid_input", "type", `is ${type} by its media`);
  return type;
}

/** Throws `in_bin` for a project that has to be restored before it is changed. */
export function requireOutOfBin({ deletedAt }: Project): void {
  if (deletedAt !== null) throw new AppError("in_bin", "project is in the bin");
}
