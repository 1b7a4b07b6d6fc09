import { command } from "../../cli/user-error.ts";
import { say, step } from "../../cli/steps.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { withLock } from "../deployment-lock.ts";
import { showSupport } from "../ec2/hosts/os-support.ts";
import { requireKey } from "../ec2/operator.ts";
import { ec2 } from "../ec2/target.ts";
import { preflightOfAccount, preflightOfDeploy } from "../preflight.ts";
import { recordPlace } from "../record/checks.ts";
import { forgetLostCloud } from "../record/forget.ts";
import { requireNewName } from "../record/name-is-free.ts";
import { frontDoor } from "../ec2/hosts/front-door.ts";
import { siteNotes } from "../site/notes.ts";
import { actionCount, planLine } from "../terraform/plan-text.ts";
import { readState, requireOutputs } from "../terraform/state.ts";
import { currentStack } from "../terraform/synthesize.ts";

await command(() => {
  const deployment = currentDeployment();
  return withLock(deployment, () => deploy(deployment));
});

async function deploy(deployment: Deployment): Promise<void> {
  const started = Date.now();
  const { cloud, name, region, logs } = deployment;

  const known = await step("Check tools and settings", () =>
    preflightOfDeploy(deployment, ["terraform", ...ec2.tools]),
  );
  await cloud.prepare();
  const access = await step(cloud.accessStep, () => cloud.access(region));
  await preflightOfAccount(deployment, known, access);
  const build = await step("Build the application", () => ec2.build(logs));
  // Read again: if the state is shared, another machine may have deployed while this one was building.
  const state = (await forgetLostCloud(deployment)) ? undefined : await readState(deployment);
  requireKey(deployment, state);
  await requireNewName(deployment, state, () => ec2.leftovers(name, region, access));

  const tf = await step("Synthesize and initialize Terraform", async () =>
    currentStack(deployment, access, await ec2.settings(deployment)),
  );
  const changes = await step("Plan", () => tf.plan());
  say(`    ${changes === undefined ? "No changes." : planLine(changes)}`);
  if (changes !== undefined) {
    await recordPlace(deployment, access);
    await step("Apply", (note) =>
      cloud.applyAndBoot(deployment, () => tf.apply((done) => note(`${done} of ${actionCount(changes)}`))),
    );
  }

  const outputs = await requireOutputs(deployment);
  await ec2.release(deployment, outputs, build);
  await ec2.smokeTest(deployment, outputs);

  say(`\nDeployed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
  for (const line of siteNotes(deployment, await frontDoor(deployment, outputs))) say(line);
  showSupport(deployment);
  say(`\nTake it off again: ${deployment.make("destroy")}`);
}
