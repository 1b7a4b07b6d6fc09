import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../cli/user-error.ts";
import { run, tryRun } from "../../cli/run.ts";
import { oneAtATime } from "../emulator/one-at-a-time.ts";
import { docker } from "./docker.ts";

const folder = join(import.meta.dirname, "base-image");
// With Python and the updates, as Debian's own images for EC2.
const debianPackages =
  "systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,ca-certificates,curl,procps,e2fsprogs,nftables," +
  "python3,unattended-upgrades";
const pullTimeoutMs = 10_000;
const packagesHash = createHash("sha256").update(debianPackages).digest("hex").slice(0, 12);

let made: Promise<string> | undefined;

/** The image that hosts are made of: made once, then kept by the engine under a name with its recipe's hash. */
export function baseImage(): Promise<string> {
  made ??= oneAtATime("image", findOrMake);
  return made;
}

async function findOrMake(): Promise<string> {
  const image = `tintype-host:${recipeHash()}`;
  if ((await tryRun("docker", ["image", "inspect", image])).code === 0) return image;
  const base = (await pulledAmazonLinux()) ?? (await debianImage());
  await docker("build", "--quiet", "--build-arg", `BASE=${base}`, "--tag", image, folder);
  return image;
}

/**
 * Amazon Linux where its registry answers within seconds. Amazon Linux 2023 alone: the systemd of
 * Amazon Linux 2 (219) cannot run on the unified control groups of today's machines.
 */
async function pulledAmazonLinux(): Promise<string | undefined> {
  const image = "public.ecr.aws/amazonlinux/amazonlinux:2023";
  const pulled = await tryRun("docker", ["pull", "--quiet", image], { timeoutMs: pullTimeoutMs });
  return pulled.code === 0 ? image : undefined;
}

/** Debian with the packages of a host, made by debootstrap once, then kept by the engine. A UserError if this user may not. */
export async function debianImage(): Promise<string> {
  const image = `tintype-debian:bookworm-${packagesHash}`;
  if ((await tryRun("docker", ["image", "inspect", image])).code === 0) return image;
  if (process.getuid?.() !== 0) {
    throw new UserError(
      "No image could be pulled from a registry, and making one of Debian takes root. Run this command once with sudo.",
      2,
    );
  }
  const root = mkdtempSync(join(tmpdir(), "tintype-base-"));
  try {
    await run("debootstrap", ["--variant=minbase", `--include=${debianPackages}`, "bookworm", root]);
    rmSync(join(root, "var/cache/apt/archives"), { recursive: true, force: true });
    await run("bash", ["-c", `set -o pipefail; tar -C "$0" -c . | docker import - "$1"`, root, image]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return image;
}

function recipeHash(): string {
  const hash = createHash("sha256").update(packagesHash);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    const path = join(folder, name);
    if (existsSync(path) && statSync(path).isFile()) hash.update(name).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}
