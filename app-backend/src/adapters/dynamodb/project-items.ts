import type {
  Project,
  ProjectFacts,
  ProjectType,
  ProjectVersion,
  StoredNotes,
} from "../../domain/project.ts";
import type { Save } from "../../ports/projects.ts";
import { placeOf } from "./feeds.ts";
import { type Item, number, text, textOrNull, time, timeOrNull } from "./items.ts";
import { ownedOf } from "./keys.ts";
import { usedMediaOf } from "./media-items.ts";

/** The partition of the index `owner` with the projects of an account, by the time of their last save. */
export function projectsOwnedBy(accountId: string): string {
  return `projects#${accountId}`;
}

/** The same for those in the bin, by the time at which they came there. */
export function binOwnedBy(accountId: string): string {
  return `bin#${accountId}`;
}

export function isBinned(item: Item): boolean {
  return timeOrNull(item, "deletedAt") !== null;
}

export function projectOf(item: Item): Project {
  return {
    ...ownedOf(item),
    title: text(item, "title"),
    type: text(item, "type") as ProjectType,
    label: textOrNull(item, "label"),
    videoId: textOrNull(item, "videoId"),
    media: usedMediaOf(item),
    version: number(item, "version"),
    revision: text(item, "revision"),
    notes: notesOf(item),
    device: text(item, "device"),
    createdAt: time(item, "createdAt"),
    savedAt: time(item, "savedAt"),
    deletedAt: timeOrNull(item, "deletedAt"),
  };
}

export function versionOf(item: Item): ProjectVersion {
  return {
    version: number(item, "version"),
    saveId: textOrNull(item, "saveId"),
    savedAt: time(item, "savedAt"),
    device: text(item, "device"),
    notes: notesOf(item),
  };
}

function notesOf(item: Item): StoredNotes {
  return {
    key: text(item, "notesKey"),
    sha256: text(item, "notesSha256"),
    bytes: number(item, "notesBytes"),
  };
}

/** The attributes of facts, beside those of media. */
export function factsOf({ title, type, label, videoId }: ProjectFacts) {
  return { title, type, label, videoId };
}

/** The attributes that a save has, in the item of the project and in that of the version. */
export function savedOf(version: number, { notes, device, at }: Omit<Save, "revision" | "saveId">) {
  const { key: notesKey, sha256: notesSha256, bytes: notesBytes } = notes;
  return { version, notesKey, notesSha256, notesBytes, device, savedAt: at };
}

/** Where the lists of an account have a project that is not in the bin. */
export function listedOf(accountId: string, id: string, savedAt: Date) {
  return { owner: projectsOwnedBy(accountId), feedAt: placeOf(savedAt, id) };
}
