import { join } from "node:path";
import { say, step } from "../../cli/steps.ts";
import { buildBackend, buildFrontend, type Release } from "../build/release.ts";
import type { Deployment } from "../deployment.ts";
import { leftoversOf } from "../leftovers/leftovers.ts";
import { frontDoor } from "./hosts/front-door.ts";
import { requireDomain } from "../site/domain.ts";
import { smokeTest } from "../site/smoke-test.ts";
import type { Target } from "../target.ts";
import type { Outputs } from "../terraform/state.ts";
import { findingsOn } from "./hosts/findings.ts";
import { waitForFirstBoot } from "./hosts/first-boot.ts";
import { forgetKey, hostNames, hostsOf } from "./hosts/ssh.ts";
import { operatorPublicKey } from "./operator.ts";
import { configureHosts } from "./release/ansible.ts";
import { writeInventory } from "./release/inventory.ts";
import { nodeRuntime } from "./release/node-runtime.ts";

interface Build {
  readonly backend: Release;
  readonly frontend: Release;
}

/** Two hosts and a bucket. */
export const ec2: Target<Build> = {
  tools: ["ansible", "ssh"],

  settings: async (deployment) => ({
    OPERATOR_CIDR: deployment.operatorCidr ?? (await deployment.cloud.operatorCidr()),
    OPERATOR_PUBLIC_KEY: await operatorPublicKey(deployment),
  }),
  settingsToDestroy: { OPERATOR_CIDR: "127.0.0.1/32", OPERATOR_PUBLIC_KEY: "ssh-ed25519 -" },

  async build(logs) {
    const log = join(logs, "build.log");
    const [backend, frontend] = await Promise.all([buildBackend(log), buildFrontend(log)]);
    return { backend, frontend };
  },

  async release(deployment, outputs, build) {
    const made = await deployment.cloud.startHosts({ ...deployment, region: outputs.region });
    for (const id of made) await forgetKey(deployment, id);
    await requireDomain(deployment, outputs);
    const hosts = hostsOf(deployment, outputs);
    await step("Wait for their first boot to end", () =>
      Promise.all(hostNames.map((host) => waitForFirstBoot(hosts, host))),
    );
    const recap = await step("Put the application on the hosts", async () => {
      await writeInventory(deployment, { outputs, ...build, node: await nodeRuntime(hosts) });
      return configureHosts(deployment);
    });
    for (const line of recap) say(`    ${line}`);
  },

  async smokeTest(deployment, outputs) {
    const door = await frontDoor(deployment, outputs);
    deployment.cloud.noteSite(deployment.name, outputs.url, door.url);
    await step("Ask the site", () => smokeTest(door));
    const findings = await step("Compare the hosts with what was deployed", () =>
      differences(deployment, outputs),
    );
    for (const finding of findings) say(`    ! ${finding}`);
  },

  leftovers: leftoversOf,
};

async function differences(deployment: Deployment, outputs: Outputs): Promise<string[]> {
  const hosts = hostsOf(deployment, outputs);
  const publicKey = await operatorPublicKey(deployment);
  const found = hostNames.map(async (host) =>
    (await findingsOn(hosts, host, publicKey)).map((finding) => `${host}: ${finding}`),
  );
  return (await Promise.all(found)).flat();
}
