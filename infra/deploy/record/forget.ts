import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeHosts } from "../../local-cloud/ec2/hosts.ts";
import { runningCloud } from "../../local-cloud/cloud.ts";
import { forgetSite } from "../../local-cloud/emulator/site-origins.ts";
import { say } from "../../cli/steps.ts";
import type { Deployment } from "../deployment.ts";
import { forgetState } from "../terraform/state-storage.ts";
import { unpinPlace } from "./checks.ts";

/**
 * The emulated API keeps everything in memory. When it has been restarted, a deployment's state describes
 * what no longer exists: what is left of it is removed, so that the deployment is made anew.
 */
export async function forgetLostCloud(deployment: Deployment): Promise<void> {
  const file = join(deployment.folder, "cloud-id");
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const now = runningCloud()?.id;
  if (before !== undefined && before !== now) {
    say("    The emulated cloud that held this deployment has ended: making it anew.");
    await forgetDeployment(deployment);
  }
  if (now !== undefined) writeFileSync(file, now);
}

/** Removes what this machine keeps of a deployment of which nothing is left, or whose cloud is gone. */
export async function forgetDeployment(deployment: Deployment): Promise<void> {
  if (deployment.cloud === "local") await removeHosts(deployment.name);
  await forgetState(deployment);
  for (const path of [join(deployment.folder, "cloud-id"), deployment.knownHosts, deployment.inventory]) {
    rmSync(path, { force: true });
  }
  forgetSite(deployment.name);
  unpinPlace(deployment);
}
