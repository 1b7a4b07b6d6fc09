import { join } from "node:path";
import { repository } from "../../cli/paths.ts";
import { run } from "../../cli/run.ts";
import type { Deployment } from "../deployment.ts";
import { operatorPublicKey } from "../ec2/operator.ts";
import { type Terraform, terraform } from "./terraform.ts";

/** Terraform, initialized in the deployment's folder with what the stack says now. */
export async function currentStack(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<Terraform> {
  await synthesize(deployment, {
    OPERATOR_CIDR: deployment.operatorCidr ?? (await deployment.cloud.operatorCidr()),
    OPERATOR_PUBLIC_KEY: await operatorPublicKey(deployment),
  });
  const tf = await terraform(deployment, access);
  await tf.init();
  return tf;
}

/** As `currentStack`, for what only goes away: whose key it was and who might connect does not matter then. */
export async function stackToDestroy(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<Terraform> {
  // Where a bucket has the state another machine may have made the deployment, and this one has no configuration.
  if (deployment.stateBucket !== undefined) {
    await synthesize(deployment, { OPERATOR_CIDR: "127.0.0.1/32", OPERATOR_PUBLIC_KEY: "ssh-ed25519 -" });
  }
  const tf = await terraform(deployment, access);
  await tf.init();
  return tf;
}

/** The stack's program writes Terraform's configuration. It reads its settings from the environment. */
async function synthesize(deployment: Deployment, env: Record<string, string>): Promise<void> {
  await run(process.execPath, ["--import", "tsx", "infra/src/main.ts"], {
    cwd: repository,
    env: {
      ...env,
      NAME: deployment.name,
      CDKTF_OUTDIR: join(deployment.folder, "stack"),
      NODE_NO_WARNINGS: "1",
    },
    log: join(deployment.logs, "synth.log"),
  });
}
