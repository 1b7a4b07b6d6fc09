import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../cli/free-port.ts";
import { tryRun } from "../../cli/run.ts";
import { sha256 } from "../../cli/sha256.ts";
import { acmeName } from "../acme/acme.ts";
import { baseImage } from "./base-image.ts";
import { docker, dockerLines } from "./docker.ts";
import type { ListedInstance } from "./instances.ts";
import { ensureNetwork, removeNetworks } from "./networks.ts";
import { filterArguments, labelArguments, stateFilter } from "./labels.ts";
import { noteRegion } from "./regions.ts";
import { filterTraffic, portsOpenOutside } from "./security-groups.ts";
import { attachVolume, removeVolumes } from "./volumes.ts";

export interface BootProps {
  readonly deployment: string;
  readonly region: string;
  readonly instances: readonly ListedInstance[];
  /** Port of this machine that stands for port 80 of the instance that opens it. */
  readonly sitePort: number;
}

// What systemd needs as process 1 of a container. With these rights a host's root can become this machine's
// (docs/decisions/0004); of the control groups it sees its own alone.
const systemd = [
  ...["--cap-add", "NET_ADMIN"], // for the traffic filter
  ...[
    "--cap-add",
    "SYS_ADMIN",
    "--security-opt",
    "seccomp=unconfined",
    "--security-opt",
    "apparmor=unconfined",
  ],
  "--cgroupns=private",
  ...["--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp"],
];

/** Makes the containers of a deployment equal to the instances that the API lists. Returns the ids of those it created. */
export async function boot({ deployment, region, instances, sitePort }: BootProps): Promise<string[]> {
  noteRegion(region);
  const made: string[] = [];
  // First the terminated ones: they may still hold a volume that another instance gets.
  for (const name of await containers(deployment)) {
    if (!instances.some((instance) => containerName(instance.id) === name)) await removeContainer(name);
  }
  for (const instance of instances) {
    if (!(await isCurrent(instance, sitePort))) {
      await create(deployment, instance, sitePort);
      made.push(instance.id);
    }
    await docker("start", containerName(instance.id));
    await filterTraffic(containerName(instance.id), instance);
  }
  return made;
}

/** Ends all hosts of a deployment, with their networks and volumes. Gives how many hosts there were. */
export async function removeHosts(deployment: string): Promise<number> {
  const names = await containers(deployment);
  const devices = (await Promise.all(names.map(devicesOf))).flat();
  for (const name of names) await removeContainer(name);
  await removeVolumes(deployment, devices);
  await removeNetworks(deployment);
  return names.length;
}

/** The port of this machine under which a port of an instance can be reached; undefined where its container does not run. */
export async function publishedPort(instanceId: string, port: number): Promise<number | undefined> {
  const name = containerName(instanceId);
  const running = await tryRun("docker", ["ps", "--format", "{{.Names}}"]); // without an engine nothing runs
  if (!running.stdout.split("\n").includes(name)) return undefined;
  const [line = ""] = await dockerLines("port", name, `${port}/tcp`);
  return Number(line.slice(line.lastIndexOf(":") + 1));
}

/** Whether a running container of a deployment holds that port of this machine. */
export async function publishes(deployment: string, port: number): Promise<boolean> {
  const published = await dockerLines("ps", ...filterArguments(deployment), "--format", "{{.Ports}}");
  return published.some((ports) => ports.includes(`127.0.0.1:${port}->`));
}

export const containerName = (instanceId: string) => `tintype-${instanceId}`;

export function containers(deployment: string): Promise<string[]> {
  return dockerLines("ps", "--all", ...filterArguments(deployment), "--format", "{{.Names}}");
}

/** Whether this clone's local cloud has hosts of any deployment. */
export async function hasHosts(): Promise<boolean> {
  return (await dockerLines("ps", "--all", "--quiet", ...stateFilter())).length > 0;
}

async function create(deployment: string, instance: ListedInstance, sitePort: number): Promise<void> {
  const name = containerName(instance.id);
  await removeContainer(name);
  const network = await ensureNetwork(deployment, instance);
  const devices: string[] = [];
  for (const volume of instance.volumes) {
    devices.push("--device", `${await attachVolume(deployment, volume)}:${volume.device}`);
  }
  const published: string[] = [];
  for (const port of portsOpenOutside(instance)) {
    published.push("--publish", `127.0.0.1:${port === 80 ? sitePort : await freePort()}:${port}`);
  }
  await docker(
    "create",
    ...["--name", name, "--hostname", `ip-${instance.privateIp.replaceAll(".", "-")}`],
    ...["--network", network.name, "--ip", instance.privateIp],
    ...["--add-host", `s3.localhost:${network.gateway}`],
    ...["--add-host", `${acmeName}:${network.gateway}`],
    ...labelArguments(deployment),
    ...["--label", `tintype.shape=${shape(instance, sitePort)}`],
    ...systemd,
    ...devices,
    ...published,
    await baseImage(),
  );
  await seed(name, instance);
}

/** Puts what EC2 would serve at first boot into a container that has not started yet. */
async function seed(name: string, instance: ListedInstance): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tintype-seed-"));
  try {
    writeFileSync(join(folder, "user-data"), instance.userData);
    writeFileSync(join(folder, "public-key"), `${instance.publicKey.trim()}\n`);
    await docker("cp", `${folder}/.`, `${name}:/opt/local-cloud/seed`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function isCurrent(instance: ListedInstance, sitePort: number): Promise<boolean> {
  const names = await dockerLines("ps", "--all", "--format", "{{.Names}}");
  const name = containerName(instance.id);
  return names.includes(name) && (await shapeOf(name)) === shape(instance, sitePort);
}

/** Changes when the container has to be replaced: a container cannot gain a port or a device. */
function shape(instance: ListedInstance, sitePort: number): string {
  const ports = portsOpenOutside(instance);
  const facts = [ports, instance.volumes, ports.includes(80) ? sitePort : 0];
  return sha256(JSON.stringify(facts)).slice(0, 12);
}

/** A clean shutdown first, as EC2 does it, so that MySQL closes its files. */
async function removeContainer(name: string): Promise<void> {
  const names = await dockerLines("ps", "--all", "--format", "{{.Names}}");
  if (!names.includes(name)) return;
  await docker("stop", "--time", "30", name);
  await docker("rm", "--force", "--volumes", name);
}

/** The loop devices that a container has. */
async function devicesOf(name: string): Promise<string[]> {
  const format = "{{range .HostConfig.Devices}}{{println .PathOnHost}}{{end}}";
  return (await dockerLines("inspect", "--format", format, name)).filter((path) =>
    /^\/dev\/loop\d+$/.test(path),
  );
}

async function shapeOf(name: string): Promise<string> {
  return (await docker("inspect", "--format", '{{index .Config.Labels "tintype.shape"}}', name)).trim();
}
