import { type DraftStorage, draftName, draftNames } from "./draft-names.ts";

/** Text that the server does not have yet, and what it was written over. */
export type Draft = {
  atMs: number;
  title: string;
  base: { etag: string; sha256: string };
  /** The idempotency key of its save. */
  key: string;
  notes: readonly { readonly [name: string]: unknown }[];
};

export type StoredDraft = { tab: string; draft: Draft };
/** Whose draft, of what, in which tab. */
export type DraftPlace = { accountId: string; projectId: string; tab: string };

export type Drafts = ReturnType<typeof drafts>;

const keptMs = 30 * 24 * 3_600_000;

/** Drafts in the storage that `open` returns. No method throws. */
export function drafts(open: () => DraftStorage, now: () => number) {
  const nameOf = ({ accountId, projectId, tab }: DraftPlace) => draftName(accountId, projectId, tab);

  /** Drafts by their names. Those that are too old or cannot be read are removed. */
  function read(...path: string[]): [name: string, draft: Draft][] {
    return draftNames(path, open).flatMap((name) => {
      const draft = parse(open().getItem(name));
      if (draft && now() - draft.atMs < keptMs) return [[name, draft] as [string, Draft]];
      open().removeItem(name);
      return [];
    });
  }

  /** The account's other drafts make way for the one that is being written, the oldest first. */
  function store(place: DraftPlace, text: string) {
    const name = nameOf(place);
    const others = read(place.accountId)
      .filter(([other]) => other !== name)
      .toSorted(([, one], [, other]) => one.atMs - other.atMs);
    for (const [oldest] of [...others, [undefined]]) {
      try {
        return open().setItem(name, text);
      } catch (error) {
        if (oldest === undefined) throw error;
        open().removeItem(oldest);
      }
    }
  }

  return {
    /** Returns whether the browser keeps the draft. */
    put(place: DraftPlace, draft: Draft): boolean {
      return attempt(() => (store(place, JSON.stringify(draft)), true)) ?? false;
    },

    remove(place: DraftPlace) {
      attempt(() => open().removeItem(nameOf(place)));
    },

    /** Removes those that are too old, of all accounts. */
    prune: () => void attempt(() => read()),

    /** Drafts of a project, the newest first. */
    list(accountId: string, projectId: string): StoredDraft[] {
      const found = attempt(() => read(accountId, projectId)) ?? [];
      return found
        .map(([name, draft]) => ({ tab: name.slice(name.lastIndexOf(" ") + 1), draft }))
        .toSorted((one, other) => other.draft.atMs - one.draft.atMs);
    },
  };
}

/** In this browser. */
export const browserDrafts = drafts(
  () => window.localStorage,
  () => Date.now(),
);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined; // storage that is full, switched off, or unreadable
  }
}

function parse(text: string | null): Draft | undefined {
  const draft = attempt(() => JSON.parse(text ?? "") as Partial<Draft> | null);
  const isDraft =
    typeof draft?.atMs === "number" && typeof draft.base?.etag === "string" && Array.isArray(draft.notes);
  return isDraft ? (draft as Draft) : undefined;
}
