import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { resourcesIn, type State } from "../terraform/state.ts";

/** Throws a UserError where the cloud holds a deployment of this name of which neither this machine nor its state knows. */
export async function requireNewName(
  { name, region, stateBucket }: Pick<Deployment, "name" | "region" | "stateBucket">,
  state: State | undefined,
  leftovers: () => Promise<string[]>,
): Promise<void> {
  // That one was begun here says nothing: whatever ended it may have come before Terraform stored what it had made.
  if (resourcesIn(state) > 0) return;
  const left = await leftovers();
  if (left.length === 0) return;
  const where = stateBucket === undefined ? "this machine" : `the bucket ${stateBucket}`;
  throw new UserError(
    `There are resources of a deployment ${name} in ${region}, and ${where} has no record of them. ` +
      "A deploy would make them a second time.\nWhere their state is in a bucket, say STATE_BUCKET=; " +
      `where it is on another machine, go there; else choose another NAME, or remove them by hand:\n  ${left.join("\n  ")}`,
    2,
  );
}
