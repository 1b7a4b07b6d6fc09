import { binLifeMs } from "../../domain/project.ts";
import { after } from "../../domain/time.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import type { Projects } from "../../ports/projects.ts";

interface Dependencies {
  readonly projects: Projects;
  readonly objectStore: Pick<ObjectStore, "removeAll">;
  readonly now: () => Date;
}

const atOnce = 100;

/** Removes projects that are in the bin for 30 days, unless they are restored first. Returns how many were found. */
export function binEmptying({ projects, objectStore, now }: Dependencies) {
  return async function emptyBin(): Promise<number> {
    const binnedBefore = after(now(), -binLifeMs);
    const found = await projects.listBinned(binnedBefore, atOnce);
    for (const project of found) {
      const keys = await projects.remove(project, now(), { binnedBefore });
      // The integrity check finds objects that could not be removed.
      if (keys) await objectStore.removeAll(keys).catch(() => undefined);
    }
    return found.length === atOnce ? found.length + (await emptyBin()) : found.length;
  };
}
