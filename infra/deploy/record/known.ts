import type { Deployment } from "../deployment.ts";
import { type CommonOutputs, outputsIn, readState, type State } from "../terraform/state.ts";
import { type DeploymentRecord, readRecord } from "../deployment-record.ts";

/** What this machine and the state know of a deployment. */
export interface Known<Made extends CommonOutputs = CommonOutputs> {
  /** Where it was begun; undefined if not on this machine. */
  readonly record: DeploymentRecord | undefined;
  readonly state: State | undefined;
  /** Undefined if nothing was made, or not all of it. */
  readonly outputs: Made | undefined;
}

/** Throws a UserError if the settings name another place of the state, or the state is cut off. */
export async function readKnown(deployment: Deployment): Promise<Known> {
  const state = await readState(deployment);
  return { record: readRecord(deployment), state, outputs: outputsIn(state, deployment) };
}
