import { UserError } from "../../../cli/user-error.ts";
import { requireTools } from "../../../cli/requirements.ts";
import { say, step } from "../../../cli/steps.ts";
import type { Deployment } from "../../deployment.ts";
import { originCountCommand } from "../hosts/host-commands.ts";
import { hostNames, type Hosts, hostsOf } from "../hosts/ssh.ts";
import { withLock } from "../../deployment-lock.ts";
import { rollbackSteps, installedOn, rollBack } from "../release/installed.ts";
import { frontDoor, logsAdvice } from "../hosts/front-door.ts";
import { smokeTest } from "../../site/smoke-test.ts";
import { requireSameRegion } from "../../record/checks.ts";
import { requireOutputs } from "../../terraform/state.ts";

export const rollback = (deployment: Deployment) => withLock(deployment, () => previousRelease(deployment));

/** Puts back what the last deploy replaced. The database stays as it is: each release can live with the next one's. */
async function previousRelease(deployment: Deployment): Promise<void> {
  await requireTools(["ssh"]);
  await requireSameRegion(deployment);
  const outputs = await requireOutputs(deployment);
  const hosts = hostsOf(deployment, outputs);
  const [frontend, backend] = await step("Ask the hosts what they serve", () =>
    Promise.all([installedOn(hosts, "frontend"), installedOn(hosts, "backend")]),
  );
  const returns = rollbackSteps({ frontend, backend });
  if (returns.length === 0) {
    throw new UserError(
      "The hosts keep no release from before the one that serves: this is the first, or it was put back already.\n" +
        `The newest comes with: ${deployment.make("deploy")}`,
      2,
    );
  }
  await requireSameOrigin(hosts);
  await step("Put the releases before these back", async () => {
    for (const host of hostNames) await rollBack(hosts, { host, deploy: backend.deploy });
  });
  const door = await frontDoor(deployment, outputs);
  await step("Ask the site", () => smokeTest(door, logsAdvice(deployment)));
  const now = { frontend, backend };
  for (const host of hostNames) {
    const back = returns.find((each) => each.host === host);
    say(
      back
        ? `    ${host}: ${back.to} serves again, in the place of ${back.from}`
        : `    ${host}: ${now[host].current} stays: it keeps none from before the same deploy`,
    );
  }
  say(`\nThe newest comes back with: ${deployment.make("deploy")}`);
}

/** The origin stands in the release of the API, but in nginx and the bucket's rules too, which a rollback leaves alone. */
async function requireSameOrigin(hosts: Hosts): Promise<void> {
  const { stdout } = await hosts.run("backend", originCountCommand);
  if (Number(stdout) <= 1) return;
  throw new UserError(
    "The last deploy gave the site another address, which a rollback cannot undo. Deploy the previous source instead.",
    2,
  );
}
