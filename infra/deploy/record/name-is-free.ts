import { Failure } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { readState, resourcesIn } from "../terraform/state.ts";
import { leftOf } from "../leftovers/leftovers.ts";

/** Throws a Failure where the cloud holds a deployment of this name of which neither this machine nor its state knows. */
export async function requireNewName(deployment: Deployment, access: Record<string, string>): Promise<void> {
  // That one was begun here says nothing: whatever ended it may have come before Terraform stored what it had made.
  if (resourcesIn(await readState(deployment)) > 0) return;
  const left = await leftOf(deployment, access);
  if (left.length === 0) return;
  const { name, region, stateBucket } = deployment;
  const where = stateBucket === undefined ? "this machine" : `the bucket ${stateBucket}`;
  throw new Failure(
    `There are resources of a deployment ${name} in ${region}, and ${where} has no record of them. ` +
      "A deploy would make them a second time.\nWhere their state is in a bucket, say STATE_BUCKET=; " +
      `where it is on another machine, go there; else choose another NAME, or remove them by hand:\n  ${left.join("\n  ")}`,
    2,
  );
}
