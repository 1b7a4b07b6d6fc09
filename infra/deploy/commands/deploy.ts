import { join } from "node:path";
import { requireFreeRange } from "../../local-cloud/ec2/subnet-conflicts.ts";
import { baseImage } from "../../local-cloud/ec2/base-image.ts";
import { boot } from "../../local-cloud/ec2/hosts.ts";
import { startCloud } from "../../local-cloud/cloud.ts";
import { ensureEngine } from "../../local-cloud/ec2/docker.ts";
import { ec2 } from "../../local-cloud/ec2/instances.ts";
import { verifySender } from "../../local-cloud/emulator/ses-proxy.ts";
import { noteSite } from "../../local-cloud/emulator/site-origins.ts";
import { requireAnsible } from "../../cli/ansible.ts";
import { requireCheckout } from "../../cli/checkout.ts";
import { command } from "../../cli/user-error.ts";
import { requireTools, type RequirementName, requireSpace } from "../../cli/requirements.ts";
import { say, step } from "../../cli/steps.ts";
import { subnetRange } from "../../src/constructs/ec2/subnet-cidr.ts";
import { cloudAccess } from "../clouds/aws.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { findingsOn } from "../ec2/hosts/findings.ts";
import { waitForFirstBoot } from "../ec2/hosts/first-boot.ts";
import { forgetKey, hostNames } from "../ec2/hosts/ssh.ts";
import { tellSupport } from "../ec2/hosts/os-support.ts";
import { keepPort } from "../clouds/local-port.ts";
import { alone } from "../deployment-lock.ts";
import { configureHosts } from "../ec2/release/ansible.ts";
import { writeInventory } from "../ec2/release/inventory.ts";
import { nodeRuntime } from "../ec2/release/node-runtime.ts";
import { buildBackend, buildFrontend } from "../build/release.ts";
import { requireDomain, requireNewDomain, requireSaidDomain } from "../site/domain.ts";
import { frontDoor } from "../site/client.ts";
import { siteLines } from "../site/notes.ts";
import { requireFreePort } from "../site/require-free-port.ts";
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
  const local = deployment.cloud === "local";

  await step("Check tools and settings", () => check(deployment));
  await requireNewDomain(deployment);
  if (local) await step("Prepare the image of the hosts", () => baseImage());
  const access = await step(local ? "Start the emulated AWS API" : "Sign in to AWS", () =>
    cloudAccess(deployment),
  );
  await requireSameAccount(deployment, access);
  await requireStateBucket(deployment, access);
  const [backend, frontend] = await step("Build the application", () => {
    const log = join(deployment.logs, "build.log");
    return Promise.all([buildBackend(log), buildFrontend(log)]);
  });
  if (local) await forgetLostCloud(deployment);
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
  if (local) keepPort(deployment);
  if (local) await step("Boot the hosts", () => bootHosts(deployment, outputs.region));
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
  if (local) noteSite(deployment.name, { origin: outputs.url, shownAt: door.url });
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
  const local = deployment.cloud === "local";
  requireCheckout();
  await requireTools(["terraform", "ansible", "ssh", ...(local ? localTools(deployment) : [])]);
  await requireAnsible(local ? "al2023" : deployment.os); // in the local cloud no host has an older Python
  await requireSameRegion(deployment);
  await requireSaidDomain(deployment);
  requireSpace(deployment.folder, local ? 2 ** 30 : 200 * 2 ** 20);
  if (!local) return;
  await ensureEngine();
  await requireFreeRange(deployment.name, subnetRange(deployment.name));
  await requireFreePort(deployment);
}

function localTools({ domain }: Deployment): RequirementName[] {
  // Where no engine answers one is started here, and then these are its needs.
  const engine = ["engine", "iptables", "debootstrap"] as const;
  const acme = domain === undefined || domain === "none" ? [] : (["pebble", "openssl"] as const);
  return ["docker", "moto", ...(process.platform === "linux" ? engine : []), ...acme];
}

async function bootHosts(deployment: Deployment, region: string): Promise<void> {
  const { name, localPort, mailFrom } = deployment;
  const cloud = await startCloud();
  if (mailFrom !== undefined) await verifySender(cloud.apiUrl, region, mailFrom);
  const instances = await ec2({ endpoint: cloud.apiUrl, credentials: cloud, region }).list(name);
  const made = await boot({ deployment: name, region, instances, sitePort: localPort });
  for (const id of made) await forgetKey(deployment, id);
}
