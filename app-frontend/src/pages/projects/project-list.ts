import type { ApiError } from "../../api/error.ts";
import type { Project } from "../../api/project-types.ts";
import type { ProjectPage } from "../../api/projects.ts";
import { emitter } from "../../emitter.ts";
import { failureOf } from "../../forms/errors.ts";

export type ProjectListState = {
  items: readonly Project[];
  status: "idle" | "loading" | "failed";
  /** Whether all projects are loaded. */
  complete: boolean;
  error?: ApiError | undefined;
};

/** Projects, loaded page by page on demand. */
export function projectList(page: (cursor: string | undefined) => Promise<ProjectPage>) {
  const changed = emitter();
  let state: ProjectListState = { items: [], status: "idle", complete: false };
  let cursor: string | undefined;
  let loading: Promise<void> | undefined;

  function become(change: Partial<ProjectListState>) {
    state = { ...state, ...change };
    changed.emit();
  }

  async function load() {
    become({ status: "loading" });
    try {
      const next = await page(cursor);
      cursor = next.cursor;
      const items = joined(state.items, next.items);
      become({ items, status: "idle", complete: cursor === undefined, error: undefined });
    } catch (error) {
      become({ status: "failed", error: failureOf(error, []).form });
    }
  }

  return {
    getState: () => state,
    subscribe: changed.subscribe,

    /** Loads the next page, if there is one. Calls while it loads share it; it never rejects. */
    async more() {
      if (!state.complete) await (loading ??= load().finally(() => (loading = undefined)));
    },

    remove(id: string) {
      become({ items: state.items.filter((item) => item.id !== id) });
    },
  };
}

/** Both lists without duplicates. A project that was saved while pages were loaded is shown as it is now, in its place. */
export function joined(items: readonly Project[], more: readonly Project[]): Project[] {
  const fresh = new Map(more.map((item) => [item.id, item]));
  const known = new Set(items.map(({ id }) => id));
  return [
    ...items.map((item) => fresh.get(item.id) ?? item),
    ...[...fresh.values()].filter(({ id }) => !known.has(id)),
  ];
}
