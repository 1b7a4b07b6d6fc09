import { UserError } from "../../../cli/user-error.ts";
import { say, step } from "../../../cli/steps.ts";
import type { Deployment } from "../../deployment.ts";
import { rotationUnit } from "../hosts/host-commands.ts";
import { hostsOf } from "../hosts/ssh.ts";
import { runUnit } from "../hosts/systemd-job.ts";
import { withLock } from "../../deployment-lock.ts";
import { type Outputs, requireOutputs } from "../../terraform/state.ts";

export async function rotateSecrets(deployment: Deployment): Promise<void> {
  await withLock(deployment, async () => {
    const outputs = await requireOutputs(deployment);
    await step("Rotate the secrets on the backend host", () => rotate(deployment, outputs));
  });
  say(
    "\nNo one was signed out. Tokens signed with earlier keys are accepted until they expire, 14 days at the longest.",
  );
}

/** By a unit, which goes on when the connection is lost. No secret comes back: the unit says one word, or what is wrong. */
async function rotate(deployment: Deployment, outputs: Outputs): Promise<void> {
  const { code, lines, stderr } = await runUnit(hostsOf(deployment, outputs), rotationUnit);
  if (code === 0) return;
  if (stderr.includes("not found")) {
    throw new UserError(
      `The backend host has no rotation yet. To install it: ${deployment.make("deploy")}`,
      2,
    );
  }
  const said = lines.filter((line) => line !== "" && !/^(Start|tintype-rotate|Failed)/.test(line));
  throw new UserError(`The secrets were not rotated: ${said.at(-1) ?? stderr.trim()}`);
}
