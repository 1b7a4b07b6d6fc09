/** The part of a browser's storage that drafts need. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const prefix = "tintype-draft";

/** The name of a draft: whose it is, of what, in which tab. */
export function draftName(...path: string[]): string {
  return [prefix, ...path].join(" ");
}

/** The names of an account's drafts, or of one of its projects. None if the storage cannot be read. */
export function draftNames(
  path: readonly string[],
  open: () => DraftStorage = () => window.localStorage,
): string[] {
  try {
    const storage = open();
    const all = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? "");
    return all.filter((name) => name.startsWith(`${draftName(...path)} `));
  } catch {
    return [];
  }
}

/** Removes all drafts of an account from this browser. */
export function removeDrafts(accountId: string) {
  for (const name of draftNames([accountId])) window.localStorage.removeItem(name);
}
