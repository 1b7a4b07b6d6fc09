import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { baseImage } from "./base-image.ts";
import { cloudFolder } from "./cloud.ts";
import { docker } from "./engine.ts";
import type { AttachedVolume } from "./instances.ts";

const folder = join(cloudFolder, "volumes");
const fileOf = (id: string) => join(folder, `${id}.img`);

/** The block device (/dev/loopN) of a volume: a sparse file of its size, made at the first attachment. */
export async function attachVolume(volume: AttachedVolume): Promise<string> {
  const file = fileOf(volume.id);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) {
    const descriptor = openSync(file, "wx", 0o600);
    ftruncateSync(descriptor, volume.gibibytes * 2 ** 30);
    closeSync(descriptor);
  }
  return (await loopDeviceOf(file)) ?? (await losetup("--find", "--show", file)).trim();
}

/** Detaches and deletes a volume's file. */
export async function removeVolume(id: string): Promise<void> {
  const file = fileOf(id);
  if (!existsSync(file)) return;
  const device = await loopDeviceOf(file);
  if (device !== undefined) await losetup("--detach", device);
  rmSync(file);
}

async function loopDeviceOf(file: string): Promise<string | undefined> {
  const line = await losetup("--associated", file);
  return line === "" ? undefined : line.slice(0, line.indexOf(":"));
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
  const mounts = ["--volume", "/dev:/dev", "--volume", `${folder}:${folder}`];
  return docker("run", "--rm", ...rights, ...mounts, await baseImage(), "losetup", ...args);
}
