import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const main = join(import.meta.dirname, "../src/main.ts");
// By its address: from another working folder the bare name would not be found.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export const operatorCidr = "203.0.113.7/32";

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** JavaScript that runs before the program. */
  readonly before?: string;
}

/** Every file that the stack's program writes, by its path. */
export async function synthesize({ cwd, env, before = "" }: Surroundings = {}): Promise<
  Record<string, string>
> {
  const out = mkdtempSync(join(tmpdir(), "tintype-synth-"));
  const imports = [tsx, `data:text/javascript,${encodeURIComponent(before)}`].flatMap((url) => [
    "--import",
    url,
  ]);
  await promisify(execFile)(process.execPath, [...imports, main], {
    cwd: cwd ?? join(import.meta.dirname, "../.."),
    env: {
      PATH: process.env["PATH"],
      NAME: "shop",
      OPERATOR_CIDR: operatorCidr,
      OPERATOR_PUBLIC_KEY: "ssh-ed25519 AAAAC3Nza operator",
      CDKTF_OUTDIR: out,
      ...env,
    },
  });
  const paths = (readdirSync(out, { recursive: true }) as string[]).toSorted();
  const files = paths.filter((path) => statSync(join(out, path)).isFile());
  const read = Object.fromEntries(files.map((path) => [path, readFileSync(join(out, path), "utf8")]));
  rmSync(out, { recursive: true });
  return read;
}

/** Terraform's JSON as it is. */
export type Resource = Record<string, any>;

export interface Configuration {
  readonly terraform: Resource;
  readonly provider: { readonly aws: Resource[] };
  readonly output: Record<string, Resource>;
  readonly resource: Record<string, Record<string, Resource>>;
}

export async function synthesizedStack(env: Record<string, string> = {}): Promise<Configuration> {
  const files = await synthesize({ env });
  return JSON.parse(files["stacks/ec2/cdk.tf.json"]!) as Configuration;
}

/** Settings of a `serverless` stack; its archives need not exist for a synthesis. */
export const serverlessSettings = {
  STACK: "serverless",
  API_ZIP: "functions/api.zip",
  API_ZIP_HASH: `${"a".repeat(43)}=`,
  IMAGES_ZIP: "functions/images.zip",
  IMAGES_ZIP_HASH: `${"b".repeat(43)}=`,
};

export async function serverlessStack(env: Record<string, string> = {}): Promise<Configuration> {
  const files = await synthesize({ env: { ...serverlessSettings, ...env } });
  return JSON.parse(files["stacks/serverless/cdk.tf.json"]!) as Configuration;
}
