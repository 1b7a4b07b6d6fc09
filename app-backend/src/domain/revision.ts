import { AppError } from "./app-error.ts";

/** The longest list of tags that is read. */
const maxTags = 16;

/** RFC 9110 section 8.8.3, between commas of which some may have nothing in between. */
const element = /[ \t]*(?:(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/** The ETag of a revision. */
export function etagOf(revision: string): string {
  return `"${revision}"`;
}

/**
 * The revisions that an `If-Match` names; `W/` is ignored. Throws `version_required` if there is none or it is `*`, and
 * `malformed_request` if it is no list of at most 16 tags.
 */
export function revisionsOf(ifMatch: string | undefined): readonly string[] {
  if (ifMatch === undefined || ifMatch.trim() === "*")
    throw new AppError("version_required", "a change has to name what it replaces");
  const tags = tagsIn(ifMatch);
  if (tags === undefined) throw new AppError("malformed_request", "If-Match is no list of tags");
  return tags;
}

/** Whether an `If-None-Match` names the revision, so that its representation need not be sent again. */
export function isKnown(ifNoneMatch: string | undefined, revision: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" || (tagsIn(ifNoneMatch)?.includes(revision) ?? false);
}

function tagsIn(header: string): readonly string[] | undefined {
  const tags: string[] = [];
  element.lastIndex = 0;
  while (element.lastIndex < header.length) {
    const [, tag] = element.exec(header) ?? [null];
    if (tag === null || element.lastIndex === 0) return undefined;
    if (tag !== undefined) tags.push(tag);
    if (tags.length > maxTags) return undefined;
  }
  return tags.length > 0 ? tags : undefined;
}
