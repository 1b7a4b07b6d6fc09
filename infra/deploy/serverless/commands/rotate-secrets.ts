import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { say, step } from "../../../cli/steps.ts";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { withLock } from "../../deployment-lock.ts";
import { presentCloud } from "../../record/access.ts";
import { readState, requireOutputs } from "../../terraform/state.ts";
import { terraform } from "../../terraform/terraform.ts";
import type { ServerlessOutputs } from "../outputs.ts";
import { edgeProof, putProof } from "../release/proof.ts";
import { secretsVersion } from "../settings.ts";

export const rotateSecrets = (deployment: Deployment) => withLock(deployment, () => rotate(deployment));

/** Makes new secrets by Terraform, of which no file has the values, and has the edge send its new proof. */
async function rotate(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const access = await presentCloud(deployment);
  const version = secretsVersion(await readState(deployment)) + 1;
  const file = join(deployment.terraformFolder, "cdk.tf.json");
  if (!existsSync(file)) {
    throw new UserError(`This machine has not deployed it. First: ${deployment.make("deploy")}`, 2);
  }
  await step("Rotate the secrets", async () => {
    writeFileSync(file, withSecretsVersion(readFileSync(file, "utf8"), version));
    const tf = await terraform(deployment, access);
    const only = (await tf.resources()).filter((address) => address.startsWith("aws_ssm_parameter."));
    if ((await tf.plan(only)) !== undefined) await tf.apply();
  });
  await step("Have the edge send its new proof", async () =>
    putProof(outputs, await edgeProof(outputs, access), access),
  );
  say(
    "\nNo session ended. Tokens signed with earlier keys are accepted until they expire, 14 days at the longest.",
  );
}

/** One has encrypted second factors, the others' values are known to sign-in providers. */
const lasting = /\/(factors|providers\/[^/]+)$/;

/** The configuration as it was deployed, with another version of the secrets that may be replaced. */
export function withSecretsVersion(text: string, version: number): string {
  const configuration = JSON.parse(text) as {
    resource: { aws_ssm_parameter: Record<string, { name: string; value_wo_version: number }> };
  };
  for (const parameter of Object.values(configuration.resource.aws_ssm_parameter)) {
    if (!lasting.test(parameter.name)) parameter.value_wo_version = version;
  }
  return JSON.stringify(configuration, null, 2);
}
