import { command } from "../../cli/user-error.ts";
import { say, step } from "../../cli/steps.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { isSwitchedOn } from "../flags.ts";
import { withLock } from "../deployment-lock.ts";
import { preflightOfAccount, preflightOfDeploy } from "../preflight.ts";
import { recordPlace } from "../record/checks.ts";
import { forgetLostCloud } from "../record/forget.ts";
import { requireNewName } from "../record/name-is-free.ts";
import { requireConsentToLeave } from "../site/left-passkeys.ts";
import type { Target } from "../target.ts";
import { targetOf } from "../targets.ts";
import { actionCount, planLine } from "../terraform/plan-text.ts";
import { outputsIn, readState, requireOutputs } from "../terraform/state.ts";
import { currentStack } from "../terraform/synthesize.ts";

await command(async () => {
  const deployment = currentDeployment();
  const target = await targetOf(deployment);
  await withLock(deployment, () => deploy(deployment, target));
});

async function deploy(deployment: Deployment, target: Target): Promise<void> {
  const started = Date.now();
  const { cloud, name, region, logs } = deployment;
  const questioning = { yes: isSwitchedOn("YES"), input: process.stdin, output: process.stderr };

  const known = await step("Check tools and settings", () => preflightOfDeploy(deployment, target));
  await cloud.prepare();
  const access = await step(cloud.accessStep, () => cloud.access(region));
  await preflightOfAccount(deployment, target, known, access);
  const build = await step("Build the application", () => target.build(logs));
  // Read again: if the state is shared, another machine may have deployed while this one was building.
  const state = (await forgetLostCloud(deployment)) ? undefined : await readState(deployment);
  target.requireOwn(deployment, state);
  await requireNewName(deployment, state, () => target.leftovers(name, region, access));

  const tf = await step("Synthesize and initialize Terraform", async () =>
    currentStack(deployment, access, await target.settings(deployment, access, build)),
  );
  const changes = await step("Plan", () => tf.plan());
  say(`    ${changes === undefined ? "No changes." : planLine(changes)}`);
  if (changes !== undefined) {
    target.requireAcceptable(deployment, changes);
    const present = outputsIn(state, deployment);
    const count = async () => present && target.passkeys(deployment, present, access);
    await requireConsentToLeave(deployment, changes, count, questioning);
    await recordPlace(deployment, access);
    await step("Apply", (note) =>
      target.apply(deployment, () => tf.apply((done) => note(`${done} of ${actionCount(changes)}`))),
    );
  }

  const outputs = await requireOutputs(deployment);
  await target.release(deployment, outputs, build, access);
  await target.smokeTest(deployment, outputs);

  say(`\nDeployed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
  await target.conclude(deployment, outputs);
  say(`\nTake it off again: ${deployment.make("destroy")}`);
}
