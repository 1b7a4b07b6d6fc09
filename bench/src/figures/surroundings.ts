import type { Person } from "../app/people.ts";
import type { Site } from "../app/site.ts";

/** How much is done: all of it for a verdict, or a little to see that it works. */
export interface Effort {
  readonly rounds: number;
  readonly sliceMs: number;
  /** For what comes by the dozen a second. */
  readonly longSliceMs: number;
}

export interface Surroundings {
  readonly site: Site;
  readonly people: readonly Person[];
  readonly effort: Effort;
  /** Folder for the logs of servers. */
  readonly logs: string;
}
