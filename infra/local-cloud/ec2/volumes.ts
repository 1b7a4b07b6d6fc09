import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { baseImage } from "./base-image.ts";
import { cloudFolder } from "../emulator/paths.ts";
import { docker } from "./docker.ts";
import type { AttachedVolume } from "./instances.ts";
import { makePrivateFolder } from "../../cli/private-files.ts";

// A folder for each deployment, so that its volumes are found when its containers are gone.
const folder = join(cloudFolder, "volumes");
const folderOf = (deployment: string) => join(folder, deployment);

/** The block device (/dev/loopN) of a volume: a sparse file of its size, made at the first attachment. */
export async function attachVolume(deployment: string, volume: AttachedVolume): Promise<string> {
  makePrivateFolder(folderOf(deployment));
  const file = join(folderOf(deployment), `${volume.id}.img`);
  if (!existsSync(file)) {
    const descriptor = openSync(file, "wx", 0o600);
    ftruncateSync(descriptor, volume.gibibytes * 2 ** 30);
    closeSync(descriptor);
  }
  const [device] = await loopDevicesOf(file);
  return device ?? (await losetup("--find", "--show", inside(file))).trim();
}

/** Detaches and deletes all volumes that a deployment has had; `attached` are the devices of those whose files may be lost. */
export async function removeVolumes(deployment: string, attached: readonly string[] = []): Promise<void> {
  if (!existsSync(folderOf(deployment))) {
    for (const device of attached) await losetup("--detach", device);
    return;
  }
  for (const name of readdirSync(folderOf(deployment))) {
    const devices = await loopDevicesOf(join(folderOf(deployment), name));
    for (const device of devices) await losetup("--detach", device);
  }
  rmSync(folderOf(deployment), { recursive: true });
}

/** Where the container that runs losetup has a volume's file, wherever the checkout lies. */
const inside = (file: string) => file.replace(folder, "/volumes");

async function loopDevicesOf(file: string): Promise<string[]> {
  const lines = (await losetup("--associated", inside(file))).split("\n").filter((line) => line !== "");
  return lines.map((line) => line.slice(0, line.indexOf(":")));
}

// Loop devices take a right of root, which a container lends to who may use Docker: this right, and the
// devices 7:* (loop) and 10:237 (loop-control) alone.
const rights = [
  ...[
    "--cap-add",
    "SYS_ADMIN",
    "--security-opt",
    "apparmor=unconfined",
    "--security-opt",
    "seccomp=unconfined",
  ],
  ...["--device-cgroup-rule", "b 7:* rmw", "--device-cgroup-rule", "c 10:237 rmw"],
];

async function losetup(...args: string[]): Promise<string> {
  const mounts = ["--volume", "/dev:/dev", "--volume", `${folder}:/volumes`];
  return docker(
    "run",
    "--rm",
    "--network",
    "none",
    ...rights,
    ...mounts,
    await baseImage(),
    "losetup",
    ...args,
  );
}
