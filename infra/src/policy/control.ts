import { type Resource, resourcesOf, type Synthesized } from "./synthesized.ts";

/** One thing that a stack must do or leave. Ids that begin with CKV are Checkov's; TINTYPE are this repository's own. */
export interface Control {
  readonly id: string;
  readonly title: string;
  readonly about: (stack: Synthesized) => readonly Resource[];
  readonly holds: (resource: Resource, stack: Synthesized) => boolean;
}

/** A control of all resources of some types. */
export function control(
  id: string,
  title: string,
  types: readonly string[],
  holds: Control["holds"],
): Control {
  return { id, title, about: (stack) => resourcesOf(stack, ...types), holds };
}
