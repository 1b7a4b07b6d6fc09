/** Prefixes of permanent objects; those under `incoming/` expire. */
export const lastingPrefixes = ["images/", "pictures/"];

/** The SHA-256 in an object's key; undefined for pictures of releases that did not process images. */
export function digestIn(key: string): string | undefined {
  return /\/([0-9a-f]{64})\.[a-z]+$/.exec(key)?.[1];
}
