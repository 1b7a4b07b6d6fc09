import { join } from "node:path";
import { requireAnsible } from "../../cli/ansible.ts";
import { quoted } from "../../cli/quoted.ts";
import { say, step } from "../../cli/steps.ts";
import { buildBackend, buildFrontend, pack, type Release } from "../build/release.ts";
import type { Deployment } from "../deployment.ts";
import { domainOfProviders, requireDomain, requireKnownDomain, unnamedDomain } from "./site/domain.ts";
import { siteNotes } from "./site/notes.ts";
import { smokeTest } from "../site/smoke-test.ts";
import type { Target } from "../target.ts";
import type { Outputs } from "../terraform/state.ts";
import { stackToDestroy } from "../terraform/synthesize.ts";
import { typedPath } from "../typed-path.ts";
import { backUpBeforeDestroy } from "./backups/before-destroy.ts";
import { backup } from "./commands/backup.ts";
import { codes } from "./commands/codes.ts";
import { integrity } from "./commands/integrity.ts";
import { logs } from "./commands/logs.ts";
import { output } from "./commands/output.ts";
import { resetFactor } from "./commands/reset-factor.ts";
import { restore } from "./commands/restore.ts";
import { rollback } from "./commands/rollback.ts";
import { rotateSecrets } from "./commands/rotate-secrets.ts";
import { ssh } from "./commands/ssh.ts";
import { status } from "./commands/status.ts";
import { findingsOn } from "./hosts/findings.ts";
import { waitForFirstBoot } from "./hosts/first-boot.ts";
import { frontDoor, logsAdvice } from "./hosts/front-door.ts";
import { showSupport } from "./hosts/os-support.ts";
import { passkeysOn } from "./hosts/passkeys.ts";
import { forgetKey, hostNames, hostsOf } from "./hosts/ssh.ts";
import { missingKey, operatorPublicKey, requireKey } from "./operator.ts";
import { configureHosts } from "./release/ansible.ts";
import { writeInventory } from "./release/inventory.ts";
import { reportNodeAge } from "./release/node-age.ts";
import { nodeRuntime } from "./release/node-runtime.ts";

interface Build {
  readonly backend: Release;
  readonly frontend: Release;
}

/** Two hosts and a bucket. */
export const ec2: Target<Build, Outputs> = {
  tools: ["ansible", "ssh"],
  toolsOfPlan: ["ssh"],

  checks: (deployment, { outputs, state }) => [
    () => unnamedDomain(deployment, outputs),
    () => domainOfProviders(deployment),
    () => missingKey(deployment, state),
  ],
  checksByTools: (deployment, { outputs }) => ({
    before: [() => requireAnsible(deployment.cloud.hostSystem(deployment.os))],
    after: [() => requireKnownDomain(deployment, outputs)],
  }),
  accountFaults: async () => [],
  requireOwn: requireKey,

  settings: async (deployment) => ({
    OPERATOR_CIDR: deployment.operatorCidr ?? (await deployment.cloud.operatorCidr()),
    OPERATOR_PUBLIC_KEY: await operatorPublicKey(deployment),
  }),

  async build(folder) {
    const log = join(folder, "build.log");
    const page = buildFrontend(log, (out) => pack("frontend", out));
    const [backend, frontend] = await Promise.all([buildBackend(log), page]);
    return { backend, frontend };
  },

  requireAcceptable: () => {},
  passkeys: (deployment, outputs) => passkeysOn(hostsOf(deployment, outputs)),
  apply: (deployment, apply) => deployment.cloud.applyAndBoot(deployment, apply),

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
    await step("Ask the site", () => smokeTest(door, logsAdvice(deployment)));
    const findings = await step("Compare the hosts with what was deployed", () =>
      differences(deployment, outputs),
    );
    for (const finding of findings) say(`    ! ${finding}`);
  },

  async conclude(deployment, outputs) {
    for (const line of siteNotes(deployment, await frontDoor(deployment, outputs))) say(line);
    showSupport(deployment);
  },
  async conclusionOfPlan(deployment) {
    showSupport(deployment);
    await reportNodeAge();
  },

  held: async () => undefined,
  async beforeDestroy(deployment, outputs, access, questioning) {
    const source = { hosts: hostsOf(deployment, outputs), outputs, access, to: typedPath("TO") };
    const last = await backUpBeforeDestroy(deployment, source, questioning);
    if (last === undefined) return [];
    return [`What it held is in ${last}. After a deploy: ${deployment.make("restore")} FROM=${quoted(last)}`];
  },
  toDestroy: (deployment, access) =>
    stackToDestroy(deployment, access, {
      OPERATOR_CIDR: "127.0.0.1/32",
      OPERATOR_PUBLIC_KEY: "ssh-ed25519 -",
    }),
  unprotect: async () => {},
  buckets: ({ bucket }) => [bucket],
  leftovers: async (...of) => (await import("../leftovers/leftovers.ts")).leftoversOf(...of),

  verbs: {
    backup,
    codes,
    integrity,
    logs,
    output,
    "reset-factor": resetFactor,
    restore,
    rollback,
    "rotate-secrets": rotateSecrets,
    ssh,
    status,
  },
};

async function differences(deployment: Deployment, outputs: Outputs): Promise<string[]> {
  const hosts = hostsOf(deployment, outputs);
  const publicKey = await operatorPublicKey(deployment);
  const found = hostNames.map(async (host) =>
    (await findingsOn(hosts, host, publicKey)).map((finding) => `${host}: ${finding}`),
  );
  return (await Promise.all(found)).flat();
}
