import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { stateRoot } from "../../cli/paths.ts";
import { throwIfInterrupted } from "../../cli/signals.ts";
import { failureOf, run, tryRun } from "../../cli/run.ts";
import type { Deployment } from "../deployment.ts";
import { ownBucketRegion } from "./state-bucket.ts";
import { lockedBy } from "./locked-state.ts";
import { errored, keepRoom, rescueState } from "./rescue-state.ts";
import { actionsDone } from "./plan-text.ts";
import { refusedByAccount } from "./refusal.ts";

export interface Terraform {
  init(): Promise<void>;
  /**
   * What would change, as Terraform prints it; undefined where nothing would. Kept for `apply`. `only`: addresses of the
   * resources that are looked at.
   */
  plan(only?: readonly string[]): Promise<string | undefined>;
  /** Addresses of all that the state holds, without data sources. */
  resources(): Promise<string[]>;
  /** As `plan`, beside a command that may be at work: it locks and keeps nothing. */
  differences(): Promise<string | undefined>;
  /** Carries out the last plan; tells meanwhile how many of its actions are done. */
  apply(tell?: (done: number) => void): Promise<void>;
  /** A UserError where a destroy would be refused, such as while another machine works with the state. */
  requireDestroyable(): Promise<void>;
  destroy(): Promise<void>;
}

const registry = "https://registry.terraform.io/.well-known/terraform.json";

/**
 * Terraform in a deployment's folder, with the environment that points it at its cloud. Read the state before: of one
 * that is cut off, Terraform would say that nothing was made.
 */
export async function terraform(deployment: Deployment, access: Record<string, string>): Promise<Terraform> {
  const env = {
    ...access,
    ...(await cliConfiguration()),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  };
  const chdir = `-chdir=${deployment.terraformFolder}`;
  const options = { env, log: join(deployment.logs, "terraform.log") };
  const call = (...args: string[]) => run("terraform", [chdir, ...args, "-no-color"], options);

  /** A call that changes the cloud, so that its outcome has to be kept whatever happens. */
  async function change(given: string[], heard?: (printed: string) => void): Promise<void> {
    const args = [chdir, ...given, "-no-color"];
    const release = keepRoom(deployment.folder);
    const result = await tryRun("terraform", args, { ...options, ...(heard !== undefined && { heard }) });
    release();
    if (result.code === 0) return;
    const inBucket = deployment.stateBucket !== undefined;
    const rescued = rescueState(deployment.terraformFolder, result, inBucket ? errored : "terraform.tfstate");
    const known = rescued ?? lockedBy(deployment, result);
    if (known === undefined) throwIfInterrupted();
    throw (
      known ?? refusedByAccount(deployment, result.stderr) ?? failureOf("terraform", given, result, options)
    );
  }

  async function resources(): Promise<string[]> {
    const { stdout } = await tryRun("terraform", [chdir, "state", "list"], options);
    return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("data."));
  }

  return {
    async init() {
      // Where the state is was settled before (same-state.ts): Terraform is not to ask, nor to move it.
      await call("init", "-reconfigure", ...(await backendOptions(deployment, access)));
      const left = join(deployment.terraformFolder, errored);
      if (deployment.stateBucket === undefined || !existsSync(left)) return;
      await call("state", "push", errored);
      rmSync(left);
    },
    resources,
    async plan(only = []) {
      const args = [chdir, "plan", "-detailed-exitcode", "-out=next.tfplan", "-no-color"];
      args.push(...only.map((address) => `-target=${address}`));
      if (deployment.replace !== undefined) args.push(...replacements(deployment.replace, await resources()));
      const result = await tryRun("terraform", args, options);
      if (result.code === 0) return undefined;
      if (result.code === 2) return result.stdout;
      throwIfInterrupted();
      throw lockedBy(deployment, result) ?? failureOf("terraform", ["plan"], result, options);
    },
    async differences() {
      const args = [chdir, "plan", "-detailed-exitcode", "-lock=false", "-no-color"];
      const result = await tryRun("terraform", args, options);
      if (result.code === 0) return undefined;
      if (result.code === 2) return result.stdout;
      throw failureOf("terraform", ["plan"], result, options);
    },
    async apply(tell) {
      await change(["apply", "next.tfplan"], (printed) => tell?.(actionsDone(printed)));
    },
    async requireDestroyable() {
      const args = [chdir, "plan", "-destroy", "-refresh=false", "-no-color"];
      const result = await tryRun("terraform", args, options);
      if (result.code === 0) return;
      throwIfInterrupted();
      throw lockedBy(deployment, result) ?? failureOf("terraform", ["plan"], result, options);
    },
    async destroy() {
      const destroy = () => change(["destroy", "-auto-approve"]);
      await destroy().catch((error: unknown) => {
        if (!isOutdated(error)) throw error;
        return destroy(); // reads the ETags again
      });
    },
  };
}

/**
 * The provider disables a distribution over the ETag that it read. If the answer is lost, the SDK sends the change again, and
 * CloudFront refuses what it has done already.
 */
const isOutdated = (error: unknown) => /PreconditionFailed|InvalidIfMatchVersion/.test(String(error));

async function backendOptions(deployment: Deployment, access: Record<string, string>): Promise<string[]> {
  if (deployment.stateBucket === undefined) return [];
  return [`-backend-config=region=${(await ownBucketRegion(deployment, access)) ?? deployment.region}`];
}

/** Options by which Terraform replaces a host. */
function replacements(host: string, resources: readonly string[]): string[] {
  return resources
    .filter((address) => address.startsWith(`aws_instance.${host}-host`))
    .map((address) => `-replace=${address}`);
}

/**
 * Where the provider comes from: the operator's own configuration, else the registry, else a mirror on disk.
 * Terraform itself looks for mirrors in its implied directories only; machines without internet keep one under /opt.
 */
export async function cliConfiguration(folder = stateRoot): Promise<Record<string, string>> {
  const own = process.env["TF_CLI_CONFIG_FILE"] || join(homedir(), ".terraformrc");
  if (existsSync(own)) return {};
  const reached = await fetch(registry, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  const mirror = reached?.ok ? undefined : findMirror();
  const file = join(folder, "terraform.rc");
  const source = mirror === undefined ? "" : `filesystem_mirror { path = ${JSON.stringify(mirror)} }`;
  writeFileSync(file, mirror === undefined ? "" : `provider_installation {\n  ${source}\n}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}

function findMirror(): string | undefined {
  const implied = [".terraform.d/plugins", ".local/share/terraform/plugins"].map((path) =>
    join(homedir(), path),
  );
  const below = existsSync("/opt") ? readdirSync("/opt").map((name) => join("/opt", name)) : [];
  const folders = [
    ...implied,
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...below,
  ];
  return folders.find((folder) => existsSync(join(folder, "registry.terraform.io/hashicorp/aws")));
}
