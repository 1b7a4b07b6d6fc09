import { join } from "node:path";
import { repository } from "../../cli/paths.ts";
import { run } from "../../cli/run.ts";
import type { Access } from "../clouds/cloud.ts";
import type { Deployment } from "../deployment.ts";
import { type Terraform, terraform } from "./terraform.ts";

type Settings = Readonly<Record<string, string>>;

/** Terraform, initialized in the deployment's folder with what the stack says now. `settings`: those of its target. */
export async function currentStack(
  deployment: Deployment,
  access: Access,
  settings: Settings,
): Promise<Terraform> {
  await synthesize(deployment, settings);
  const tf = await terraform(deployment, access);
  await tf.init();
  return tf;
}

/** As `currentStack`, for what only goes away. */
export async function stackToDestroy(
  deployment: Deployment,
  access: Access,
  settings: Settings,
): Promise<Terraform> {
  // If a bucket has the state another machine may have made the deployment, and this one has no configuration.
  if (deployment.stateBucket !== undefined) await synthesize(deployment, settings);
  const tf = await terraform(deployment, access);
  await tf.init();
  return tf;
}

/** The stack's program writes Terraform's configuration. It reads its settings from the environment. */
async function synthesize(deployment: Deployment, settings: Settings): Promise<void> {
  await run(process.execPath, ["--import", "tsx", "infra/src/main.ts"], {
    cwd: repository,
    env: {
      ...settings,
      STACK: deployment.stack,
      NAME: deployment.name,
      CDKTF_OUTDIR: join(deployment.folder, "stack"),
      NODE_NO_WARNINGS: "1",
    },
    log: join(deployment.logs, "synth.log"),
  });
}
