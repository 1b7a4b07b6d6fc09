import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "./user-error.ts";
import { type Result, type RunOptions, tryRun } from "./run.ts";

type Version = readonly [major: number, minor: number];

/** From one version on, and below another. */
export interface Range {
  readonly from: Version;
  readonly below: Version;
}

// Below: the first version that no longer manages the hosts' Python. From: the oldest that is rehearsed.
// https://docs.ansible.com/ansible-core/devel/reference_appendices/release_and_maintenance.html
/** What manages hosts by the Python that user-data installs on each operating system. */
export const ansibleRanges = {
  al2: { from: [2, 14], below: [2, 20] }, // Python 3.8
  al2023: { from: [2, 14], below: [2, 22] }, // Python 3.9
} as const satisfies Record<string, Range>;

/**
 * Runs ansible-playbook with a home of its own, which is gone afterwards: the operator's may be read-only, and a folder
 * of the checkout too deep for the sockets in it, whose paths have 104 bytes at most.
 */
export async function ansiblePlaybook(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), "tintype-"));
  try {
    // The second by itself too: the folder of ssh's sockets does not follow the home.
    const own = { ANSIBLE_HOME: home, ANSIBLE_SSH_CONTROL_PATH_DIR: join(home, "cp") };
    return await tryRun("ansible-playbook", args, { ...options, env: { ...options.env, ...own } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Settings by which Ansible runs all tasks of a host in one process there, in a third of the time: Mitogen, if it is
 * installed beside Ansible and supports its version. Empty otherwise, and from verbosity 3 on, where Mitogen logs what
 * tasks return, secrets too. https://mitogen.networkgenomics.com/ansible_detailed.html
 */
export async function mitogenSettings(shell = process.env): Promise<Record<string, string>> {
  if (Number(shell["ANSIBLE_VERBOSITY"]) >= 3) return {};
  const { stdout } = await ansiblePlaybook(["--version"]);
  const python = /^ *python version = .* \((\/.*)\)$/m.exec(stdout)?.[1];
  if (python === undefined) return {};
  // Its loaders throw for a version of Ansible that they do not support.
  const find =
    "import os, ansible_mitogen.loaders as l; print(os.path.join(os.path.dirname(l.__file__), 'plugins', 'strategy'))";
  const found = await tryRun(python, ["-c", find]);
  if (found.code !== 0) return {};
  return { ANSIBLE_STRATEGY: "mitogen_linear", ANSIBLE_STRATEGY_PLUGINS: found.stdout.trim() };
}

/** Throws a UserError if the ansible-core on the PATH cannot manage hosts of an operating system. */
export async function requireAnsible(os: keyof typeof ansibleRanges): Promise<void> {
  const { stdout, stderr } = await ansiblePlaybook(["--version"]);
  const fault = faultOfAnsible(stdout || stderr, os);
  if (fault !== undefined) throw new UserError(fault, 2);
}

/** The versions that manage hosts of an operating system, as pip takes them. */
export function wantedAnsible(os: keyof typeof ansibleRanges): string {
  const { from, below } = ansibleRanges[os];
  return `ansible-core>=${from.join(".")},<${below.join(".")}`;
}

/** By what `ansible-playbook --version` printed; undefined if that version will do. */
export function faultOfAnsible(printed: string, os: keyof typeof ansibleRanges): string | undefined {
  const { from, below } = ansibleRanges[os];
  const wanted = wantedAnsible(os);
  const [, major, minor] = /^ansible-playbook \[?(?:core )?(\d+)\.(\d+)/.exec(printed) ?? [];
  const install = `To install one that does: pipx install --force '${wanted}'`;
  if (major === undefined || minor === undefined) {
    return `ansible-playbook --version does not say its version: ${printed.trim().slice(0, 500)}\n${install}`;
  }
  const version: Version = [Number(major), Number(minor)];
  if (!isBefore(version, from) && isBefore(version, below)) return undefined;
  const other = os === "al2" && !isBefore(version, below) ? " Or have newer hosts: OS=al2023" : "";
  return `ansible-core ${version.join(".")} does not manage hosts with OS=${os}.\n${install}${other}`;
}

function isBefore(a: Version, b: Version): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
