import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../cli/steps.ts";
import type { Deployment } from "../deployment.ts";
import { forgetState } from "../terraform/state-storage.ts";
import { forgetPlace } from "./checks.ts";

/**
 * A cloud that keeps everything in memory has lost it after a restart: a deployment's state then describes
 * what no longer exists. Removes what is left of it, so that a deploy starts from nothing. Returns whether that was so.
 */
export async function forgetLostCloud(deployment: Deployment): Promise<boolean> {
  const file = join(deployment.folder, "cloud-id");
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const now = deployment.cloud.generation();
  const lost = before !== undefined && before !== now;
  if (lost) {
    say("    The emulated cloud that held this deployment has ended: making it again.");
    await forgetDeployment(deployment);
  }
  if (now !== undefined) writeFileSync(file, now);
  return lost;
}

/** Removes what this machine keeps of a deployment of which nothing is left, or whose cloud is gone. */
export async function forgetDeployment(deployment: Deployment): Promise<void> {
  await deployment.cloud.removeHosts(deployment.name);
  await forgetState(deployment);
  for (const path of [join(deployment.folder, "cloud-id"), deployment.knownHosts, deployment.inventory]) {
    rmSync(path, { force: true });
  }
  deployment.cloud.forgetSite(deployment.name);
  forgetPlace(deployment);
}
