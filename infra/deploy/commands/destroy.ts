import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { command, UserError } from "../../cli/user-error.ts";
import { stateRoot } from "../../cli/paths.ts";
import { requireTools } from "../../cli/requirements.ts";
import { say, step } from "../../cli/steps.ts";
import { confirmDestroy } from "../confirm.ts";
import { plural } from "../../cli/plural.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { withLock } from "../deployment-lock.ts";
import { requireStateBucket } from "../terraform/state-bucket.ts";
import { readRecord } from "../deployment-record.ts";
import { requireSameAccount, requireSameRegion, forgetPlace } from "../record/checks.ts";
import { type CommonOutputs, readOutputs, readState } from "../terraform/state.ts";
import { isSwitchedOn } from "../flags.ts";
import { emptyBucket } from "../leftovers/empty-bucket.ts";
import type { Target } from "../target.ts";
import { targetOf } from "../targets.ts";
import { noteForDestroy, takeDestroyNotes } from "../record/destroy-notes.ts";
import { forgetDeployment } from "../record/forget.ts";

await command(async () => {
  const deployment = currentDeployment();
  const target = await targetOf(deployment);
  await withLock(deployment, () => destroy(deployment, target));
});

async function destroy(deployment: Deployment, target: Target): Promise<void> {
  await requireTools(deployment.cloud.requiredForDestroy);
  await requireSameRegion(deployment);
  if (!(await somethingIsThere(deployment))) {
    say(`Nothing is deployed under the name ${deployment.name}.`);
    if (!deployment.cloud.isDisposable) await requireNothingLeft(deployment, target);
    await deployment.cloud.stop(hasOthers(deployment));
    return;
  }

  const yes = isSwitchedOn("YES");
  const questioning = { yes, input: process.stdin, output: process.stderr };
  await confirmDestroy(deployment, questioning, () => held(deployment, target));
  const access = await deployment.cloud.presentAccess(deployment.region);
  if (access !== undefined) await requireSameAccount(deployment, access);
  const outputs = await readOutputs<CommonOutputs>(deployment);
  const wholly = access !== undefined && outputs !== undefined; // what a deploy left half made holds nothing yet
  if (wholly)
    noteForDestroy(deployment, await target.beforeDestroy(deployment, outputs, access, questioning));
  const left = access === undefined ? [] : await destroyAll(deployment, target, access);
  await deployment.cloud.removeHosts(deployment.name);
  if (left.length > 0) {
    const way = `Remove by hand what Terraform did not make, then run again: ${deployment.make("destroy")}`;
    throw new UserError(`${plural(left.length, "resource")} left:\n  ${left.join("\n  ")}\n${way}`);
  }
  await forgetDeployment(deployment);
  await deployment.cloud.stop(hasOthers(deployment));
  say("\n0 resources left.");
  for (const line of takeDestroyNotes(deployment)) say(line);
}

/** Undefined if it cannot be asked: then no question fails for that. */
async function held(deployment: Deployment, target: Target): Promise<string | undefined> {
  try {
    const access = await deployment.cloud.presentAccess(deployment.region);
    const outputs = await readOutputs<CommonOutputs>(deployment);
    return access && outputs && (await target.held(outputs, access));
  } catch {
    return undefined;
  }
}

/** Gives what is left of it. */
async function destroyAll(
  deployment: Deployment,
  target: Target,
  access: Record<string, string>,
): Promise<string[]> {
  if ((await readState(deployment)) !== undefined) {
    await requireTools(["terraform"]);
    await requireStateBucket(deployment, access);
    const tf = await target.toDestroy(deployment, access);
    // What is emptied is gone: first all that may refuse, such as a state that another machine is at work with. Terraform
    // holds the lock for one run only: who begins while the bucket is being emptied is still met too late.
    await step("Ask Terraform whether all of it may go", () => tf.requireDestroyable());
    await target.unprotect(tf);
    const outputs = await readOutputs<CommonOutputs>(deployment);
    if (outputs !== undefined) {
      const buckets = target.buckets(outputs);
      await step(buckets.length === 1 ? "Empty the bucket" : "Empty the buckets", async (note) => {
        let [versions, uploads] = [0, 0];
        for (const bucket of buckets) {
          const emptied = await emptyBucket(bucket, outputs.region, access);
          versions += emptied.versions;
          uploads += emptied.uploads;
        }
        note(`${versions} versions, ${uploads} unfinished uploads`);
      });
    }
    await step("Destroy what Terraform made", () => tf.destroy());
  }
  return step("Ask each service, and by tag, what is left", () =>
    target.leftovers(deployment.name, deployment.region, access),
  );
}

async function somethingIsThere(deployment: Deployment): Promise<boolean> {
  return (await readState(deployment)) !== undefined || deployment.cloud.hasHosts(deployment.name);
}

/** Another machine, or this one before its state was stored or after it was lost, may have made what only AWS knows of. */
async function requireNothingLeft(deployment: Deployment, target: Target): Promise<void> {
  const begun = readRecord(deployment) !== undefined;
  const access = await deployment.cloud.access(deployment.region).catch((error: unknown) => {
    if (error instanceof UserError && !begun) return undefined;
    throw error;
  });
  if (access === undefined) {
    return say("By this machine's record, that is: without credentials AWS was not asked.");
  }
  await requireSameAccount(deployment, access);
  const left = await target.leftovers(deployment.name, deployment.region, access);
  if (left.length === 0) {
    forgetPlace(deployment);
    return say(`0 resources with its tag in ${deployment.region}.`);
  }
  throw new UserError(
    `But this machine has no record of what carries its tag in ${deployment.region}. ` +
      `Destroy it from the machine that deployed it, or remove it by hand:\n  ${left.join("\n  ")}`,
  );
}

/** Whether this clone has other deployments in a cloud that ends with its last one. */
function hasOthers({ cloud, folder }: Deployment): boolean {
  return readdirSync(stateRoot)
    .filter((name) => name.startsWith(`${cloud.name}-`) && join(stateRoot, name) !== folder)
    .some((name) => existsSync(join(stateRoot, name, "cloud-id")));
}
