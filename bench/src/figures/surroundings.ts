import type { Person } from "../app/people.ts";
import type { Site } from "../app/site.ts";
import type { Extent } from "./interleave.ts";

/** How much is done: all of it for a verdict, or a little to see that it works. */
export interface Effort {
  /** For what is over in less than a millisecond: many short rounds see through the noise of a busy machine. */
  readonly short: Extent;
  /** For what takes so long that a slice must be long to hold enough of it. */
  readonly long: Extent;
}

export interface Surroundings {
  readonly site: Site;
  readonly people: readonly Person[];
  readonly effort: Effort;
  /** Folder for the logs of servers. */
  readonly logs: string;
}
