import type { Deployment } from "../deployment.ts";
import { outputsIn, type Outputs, readState, type State } from "../terraform/state.ts";
import { type Pin, readPin } from "./record.ts";

/** What this machine and the state know of a deployment. */
export interface Known {
  /** Where it was begun; undefined if not on this machine. */
  readonly record: Pin | undefined;
  readonly state: State | undefined;
  /** Undefined if nothing was made, or not all of it. */
  readonly outputs: Outputs | undefined;
}

/** Throws a Failure if the settings name another place of the state, or the state is cut off. */
export async function readKnown(deployment: Deployment): Promise<Known> {
  const state = await readState(deployment);
  return { record: readPin(deployment), state, outputs: outputsIn(state) };
}
