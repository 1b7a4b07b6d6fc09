import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository, stateRoot } from "../../machine/folders.ts";
import { run } from "../../machine/run.ts";
import { makeWhole } from "../../machine/whole.ts";

/** A build, addressed by its content: the same source gives the same release. */
export interface Release {
  /** First 12 hexadecimal digits of the SHA-256 over all names and contents. */
  readonly id: string;
  /** A gzipped tar file of the build. */
  readonly archive: string;
}

const folder = join(stateRoot, "releases");
/** Where the applications are built from. A rehearsal of releases names another checkout; no command of `make` does. */
const source = process.env["TINTYPE_SOURCE"] || repository;

export async function buildBackend(log: string): Promise<Release> {
  const out = join(source, "app-backend/dist");
  await run(process.execPath, ["--import", "tsx", "app-backend/build.ts", out], { cwd: source, log });
  return pack("backend", out);
}

export async function buildFrontend(log: string): Promise<Release> {
  const vite = join(repository, "node_modules/vite/bin/vite.js");
  await run(process.execPath, [vite, "build", "app-frontend", "--logLevel", "warn"], {
    cwd: source,
    log,
  });
  return pack("frontend", join(source, "app-frontend/dist"));
}

async function pack(name: string, out: string): Promise<Release> {
  const id = contentHash(out);
  const archive = join(folder, `${name}-${id}.tar.gz`);
  await makeWhole(archive, (aside) => run("tar", ["-czf", aside, "-C", out, "."]));
  return { id, archive };
}

function contentHash(root: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted()) {
    const path = join(root, name);
    if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}
