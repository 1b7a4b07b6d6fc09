import type { Owned } from "./owned.ts";

/** Prefixes of permanent objects; those under `incoming/` expire. */
export const lastingPrefixes = ["images/", "pictures/", "media/", "notes/"];

/** The SHA-256 in an object's key; undefined for pictures of releases that did not process images. */
export function digestIn(key: string): string | undefined {
  return /\/([0-9a-f]{64})\.[a-z0-9]+$/.exec(key)?.[1];
}

/** The id of the record that may point at an object. */
export function recordIdIn(key: string): string {
  const [prefix, first = "", second = ""] = key.split("/");
  return prefix === "notes" || prefix === "media" ? second : first;
}

/** The account that the key of notes or media names. */
export function accountIdIn(key: string): string | undefined {
  return /^(?:notes|media)\/([^/]+)\//.exec(key)?.[1];
}

/** The prefixes of all objects of an account's projects, whether a record points at them or not. */
export function projectPrefixesOf(accountId: string): readonly string[] {
  return [`notes/${accountId}/`, `media/${accountId}/`];
}

/** The key of notes. `attemptId` is new for each attempt to save, so that one that fails removes its own object only. */
export function notesKey(project: Owned, attemptId: string, sha256: string): string {
  return `notes/${project.accountId}/${project.id}/${attemptId}/${sha256}.json`;
}

export function mediaKey(media: Owned, sha256: string, extension: string): string {
  return `media/${media.accountId}/${media.id}/${sha256}.${extension}`;
}
