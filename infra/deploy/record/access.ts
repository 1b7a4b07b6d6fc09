import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { requireSameAccount, requireSameRegion } from "./checks.ts";

/** Access to the cloud that a deployment is in; a UserError where that is not the one it was begun in, or gone. */
export async function presentCloud(deployment: Deployment): Promise<Record<string, string>> {
  await requireSameRegion(deployment);
  const access = await deployment.cloud.presentAccess(deployment.region);
  if (access === undefined) {
    throw new UserError(
      `The emulated cloud has ended, with all that was in it. To start again: ${deployment.make("deploy")}`,
    );
  }
  await requireSameAccount(deployment, access);
  return access;
}
