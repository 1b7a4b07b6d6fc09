/** Where objects stand for good; `incoming/` empties itself. */
export const lastingPrefixes = ["images/", "pictures/"];

/** What an object's name says it holds, as SHA-256. Pictures from before images were developed say nothing. */
export function digestIn(key: string): string | undefined {
  return /\/([0-9a-f]{64})\.[a-z]+$/.exec(key)?.[1];
}
