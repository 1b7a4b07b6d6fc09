import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository, stateRoot } from "../../cli/paths.ts";
import { run } from "../../cli/run.ts";
import { makeWhole } from "../../cli/atomic-file.ts";

/** A build, addressed by its content: the same source gives the same release. */
export interface Release {
  readonly id: string;
  /** A gzipped tar file of the build. */
  readonly archive: string;
}

const folder = join(stateRoot, "releases");
/** Counts the ways of packing: here and on the hosts, what was packed in an earlier one is not taken for the same. */
const format = 2;
/** Where the applications are built from. A rehearsal of releases names another checkout; no command of `make` does. */
export const source = process.env["TINTYPE_SOURCE"] || repository;

/**
 * Gives `work` a folder of this process alone, in a workspace's `dist`, and removes it afterwards: another deploy of the
 * same clone may build at the same time.
 */
export async function inOwnFolder<Made>(
  workspace: "app-backend" | "app-frontend",
  work: (out: string) => Promise<Made>,
): Promise<Made> {
  const out = join(source, workspace, "dist", String(process.pid));
  try {
    return await work(out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

export const buildBackend = (log: string): Promise<Release> =>
  inOwnFolder("app-backend", async (out) => {
    await run(process.execPath, ["--import", "tsx", "app-backend/build.ts", out], { cwd: source, log });
    return pack("backend", out);
  });

/** Builds the page, and makes of its files what the stack releases. */
export const buildFrontend = <Made>(log: string, make: (out: string) => Promise<Made>): Promise<Made> =>
  inOwnFolder("app-frontend", async (out) => {
    const vite = join(repository, "node_modules/vite/bin/vite.js");
    const args = ["build", "app-frontend", "--logLevel", "warn", "--outDir", out, "--emptyOutDir"];
    await run(process.execPath, [vite, ...args], { cwd: source, log });
    return make(out);
  });

/** The files become those of the hosts with their modes, which are not to be the operator's umask. */
export async function pack(name: string, out: string): Promise<Release> {
  // Not by an option of tar: GNU's has --mode, that of macOS has not.
  for (const path of readdirSync(out, { recursive: true, encoding: "utf8" })) makeReadable(join(out, path));
  makeReadable(out);
  const id = contentHash(out);
  const archive = join(folder, `${name}-${id}.tar.gz`);
  await makeWhole(archive, (aside) => run("tar", ["-czf", aside, "-C", out, "."]));
  return { id, archive };
}

/** For everybody; written by its owner, and executable for all where it is for that one. */
function makeReadable(path: string): void {
  chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
}

/** First 12 hexadecimal digits of the SHA-256 over the format, all names and contents. */
export function contentHash(root: string): string {
  const hash = createHash("sha256").update(`${format}\0`);
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted()) {
    const path = join(root, name);
    if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}
