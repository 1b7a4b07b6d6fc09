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

/** How many drafts of an account are kept. Clocks jump, so a draft has no age: the order of writing decides. */
const maxDrafts = 100;

type Kept = { name: string; order: number; draft: Draft };

/** Drafts in the storage that `open` returns. No method throws. */
export function drafts(open: () => DraftStorage) {
  const nameOf = ({ accountId, projectId, tab }: DraftPlace) => draftName(accountId, projectId, tab);

  /** Drafts, the last written first. Those that cannot be read are removed. */
  function read(...path: string[]): Kept[] {
    const found = draftNames(path, open).flatMap((name) => {
      const stored = parse(open().getItem(name));
      if (stored) return [{ name, ...stored }];
      open().removeItem(name);
      return [];
    });
    return found.toSorted((one, other) => other.order - one.order || other.draft.atMs - one.draft.atMs);
  }

  /** The account's other drafts make way for the one that is being written, the first written first. */
  function store(place: DraftPlace, draft: Draft) {
    const name = nameOf(place);
    const all = read(place.accountId);
    const text = JSON.stringify({ ...draft, order: (all[0]?.order ?? 0) + 1 });
    const others = all.filter((other) => other.name !== name);
    for (const { name: surplus } of others.splice(maxDrafts - 1)) open().removeItem(surplus);
    for (const oldest of [...others.toReversed(), undefined]) {
      try {
        return open().setItem(name, text);
      } catch (error) {
        if (oldest === undefined) throw error;
        open().removeItem(oldest.name);
      }
    }
  }

  return {
    /** Returns whether the browser keeps the draft. */
    put(place: DraftPlace, draft: Draft): boolean {
      return attempt(() => (store(place, draft), true)) ?? false;
    },

    remove(place: DraftPlace) {
      attempt(() => open().removeItem(nameOf(place)));
    },

    /** Removes those that cannot be read, of all accounts. */
    prune: () => void attempt(() => read()),

    /** Drafts of a project, the last written first. */
    list(accountId: string, projectId: string): StoredDraft[] {
      const found = attempt(() => read(accountId, projectId)) ?? [];
      return found.map(({ name, draft }) => ({ tab: name.slice(name.lastIndexOf(" ") + 1), draft }));
    },
  };
}

/** In this browser. */
export const browserDrafts = drafts(() => window.localStorage);

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined; // storage that is full, switched off, or unreadable
  }
}

/** A draft with its place in the order of writing, which those of former releases have not. */
function parse(text: string | null): Omit<Kept, "name"> | undefined {
  type Stored = Partial<Draft & Pick<Kept, "order">>;
  const stored: Stored = attempt(() => JSON.parse(text ?? "") as Stored | null) ?? {};
  const { order = 0, ...draft } = stored;
  const isDraft =
    typeof draft.atMs === "number" && typeof draft.base?.etag === "string" && Array.isArray(draft.notes);
  return isDraft ? { order, draft: draft as Draft } : undefined;
}
