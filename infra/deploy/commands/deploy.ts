import { join } from "node:path";
import { requireAnsible } from "../../cli/ansible.ts";
import { requireCheckout } from "../../cli/checkout.ts";
import { command, Failure } from "../../cli/user-error.ts";
import { requireSpace, requireTools } from "../../cli/requirements.ts";
import { say, step } from "../../cli/steps.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { findingsOn } from "../ec2/hosts/findings.ts";
import { waitForFirstBoot } from "../ec2/hosts/first-boot.ts";
import { forgetKey, hostNames } from "../ec2/hosts/ssh.ts";
import { tellSupport } from "../ec2/hosts/os-support.ts";
import { alone } from "../deployment-lock.ts";
import { configureHosts } from "../ec2/release/ansible.ts";
import { writeInventory } from "../ec2/release/inventory.ts";
import { nodeRuntime } from "../ec2/release/node-runtime.ts";
import { buildBackend, buildFrontend } from "../build/release.ts";
import { requireDomain, requireNewDomain, requireSaidDomain } from "../site/domain.ts";
import { frontDoor } from "../site/client.ts";
import { siteLines } from "../site/notes.ts";
import { smokeTest } from "../site/smoke-test.ts";
import { requireKey } from "../ec2/operator.ts";
import { actionCount, planLine } from "../terraform/plan-text.ts";
import { currentStack } from "../terraform/synthesize.ts";
import { requireStateBucket } from "../terraform/state-bucket.ts";
import { pinPlace, requireSameAccount, requireSameRegion } from "../record/checks.ts";
import { requireOutputs } from "../terraform/state.ts";
import { forgetLostCloud } from "../record/forget.ts";
import { requireNewName } from "../record/name-is-free.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, () => deploy(deployment));
});

async function deploy(deployment: Deployment): Promise<void> {
  const started = Date.now();
  const { cloud, region } = deployment;

  await step("Check tools and settings", () => check(deployment));
  await requireNewDomain(deployment);
  await cloud.prepare();
  const access = await step(cloud.accessStep, () => cloud.access(region));
  await requireSameAccount(deployment, access);
  await requireStateBucket(deployment, access);
  const [backend, frontend] = await step("Build the application", () => {
    const log = join(deployment.logs, "build.log");
    return Promise.all([buildBackend(log), buildFrontend(log)]);
  });
  await forgetLostCloud(deployment);
  await requireNewName(deployment, access);
  await requireKey(deployment);
  const tf = await step("Synthesize and initialize Terraform", () => currentStack(deployment, access));
  const changes = await step("Plan", () => tf.plan());
  say(`    ${changes === undefined ? "No changes." : planLine(changes)}`);
  if (changes !== undefined) {
    await pinPlace(deployment, access);
    await step("Apply", (note) => tf.apply((done) => note(`${done} of ${actionCount(changes)}`)));
  }

  const outputs = await requireOutputs(deployment);
  const made = await cloud.startHosts({ ...deployment, region: outputs.region });
  for (const id of made) await forgetKey(deployment, id);
  await requireDomain(deployment, outputs);
  await step("Wait for their first boot to end", () =>
    Promise.all(hostNames.map((host) => waitForFirstBoot(deployment, outputs, host))),
  );
  const recap = await step("Put the application on the hosts", async () => {
    const node = await nodeRuntime(deployment, outputs);
    await writeInventory(deployment, { outputs, backend, frontend, node });
    return configureHosts(deployment);
  });
  for (const line of recap) say(`    ${line}`);
  const door = await frontDoor(deployment, outputs);
  cloud.noteSite(deployment.name, outputs.url, door.url);
  await step("Ask the site", () => smokeTest(door));
  const findings = await step("Compare the hosts with what was deployed", () =>
    Promise.all(
      hostNames.map(async (host) =>
        (await findingsOn(deployment, outputs, host)).map((finding) => `${host}: ${finding}`),
      ),
    ),
  );
  for (const finding of findings.flat()) say(`    ! ${finding}`);

  say(`\nDeployed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
  for (const line of siteLines(deployment, door)) say(line);
  tellSupport(deployment);
  say(`\nTake it off again: ${deployment.make("destroy")}`);
}

async function check(deployment: Deployment): Promise<void> {
  const { cloud, domain, name, localPort, make } = deployment;
  requireCheckout();
  await requireTools(["terraform", "ansible", "ssh", ...cloud.requirements(domain)]);
  await requireAnsible(cloud.hostSystem(deployment.os));
  await requireSameRegion(deployment);
  await requireSaidDomain(deployment);
  requireSpace(deployment.folder, cloud.diskBytes);
  const faults = await cloud.faultsOfMachine({ name, localPort, deploy: make("deploy") });
  if (faults.length > 0) throw new Failure(faults.join("\n\n"), 2);
}
