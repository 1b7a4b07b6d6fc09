import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { sandboxLabel } from "../../infra/local-cloud/serverless/sandbox-label.ts";

const execute = promisify(execFile);
const containerName = (instanceId: string) => `tintype-${instanceId}`;

export interface PublishedPort {
  readonly port: string;
  readonly address: string;
}

/** The ports of a host that this machine lets in, in order, and the address where it listens for each. */
export async function publishedPorts(instanceId: string): Promise<PublishedPort[]> {
  const lines = await docker("port", containerName(instanceId));
  return lines.toSorted().map((line) => {
    const [port = "", at = ""] = line.split(" -> ");
    return { port, address: at.slice(0, at.lastIndexOf(":")) };
  });
}

/** Whether a host's port answers at its private address, seen from this machine or from another host. */
export async function reaches(address: string, port: number, from?: string): Promise<boolean> {
  const attempt = ["timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`];
  const [program = "", ...args] =
    from === undefined ? attempt : ["docker", "exec", containerName(from), ...attempt];
  return execute(program, args).then(
    () => true,
    () => false,
  );
}

/** What a shell command prints as root on a host, line by line. */
export function onHost(instanceId: string, shell: string): Promise<string[]> {
  return docker("exec", containerName(instanceId), "bash", "-c", shell);
}

/** Limits a host by options of `docker update`. */
export async function limit(instanceId: string, options: readonly string[]): Promise<void> {
  await docker("update", ...options, containerName(instanceId));
}

/** Kills the application on the backend host by SIGKILL. */
export async function killBackend(instanceId: string): Promise<void> {
  await onHost(instanceId, "systemctl kill --signal KILL tintype-backend.service");
}

/** A clean shutdown and a start. */
export async function reboot(...instanceIds: string[]): Promise<void> {
  await docker("restart", "-t", "30", ...instanceIds.map(containerName));
}

/** Values of at least 16 characters from the files in which the backend host keeps its secrets. */
export async function secretsOf(instanceId: string): Promise<string[]> {
  const lines = await onHost(instanceId, "cat /data/secrets/*");
  return (
    lines
      .map((line) => line.replace(/^[A-Z][A-Z0-9_]*=(?=.)/, ""))
      .flatMap((line) => line.split(/[\s"',@]+/))
      // A checksum there stands beside the path of its file.
      .filter((value) => value.length >= 16 && !value.startsWith("/data/secrets/"))
  );
}

/** Containers and networks of a deployment. An engine that was started for it and has ended holds none. */
export async function containersAndNetworks(deployment: string): Promise<string[]> {
  if (!(await engineRuns())) return [];
  const filter = ["--filter", `label=tintype.deployment=${deployment}`];
  return [
    ...(await docker("ps", "--all", ...filter, "--format", "container {{.Names}}")),
    ...(await docker("network", "ls", ...filter, "--format", "network {{.Name}}")),
  ];
}

/** Containers in which functions of this repository's local cloud run. An engine that has ended holds none. */
export async function functionContainers(): Promise<string[]> {
  if (!(await engineRuns())) return [];
  const label = `label=tintype.lambda=${sandboxLabel}`;
  return docker("ps", "--all", "--filter", label, "--format", "{{.Names}}");
}

/** Volumes of the local cloud that are block devices now. The kernel may know their files by a container's path. */
export function loopFiles(): string[] {
  const devices = existsSync("/sys/block") ? readdirSync("/sys/block") : [];
  return devices
    .map((device) => join("/sys/block", device, "loop/backing_file"))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8").trim())
    .filter((file) => /\/vol-[0-9a-f]+\.img$/.test(file));
}

function engineRuns(): Promise<boolean> {
  return docker("version").then(
    () => true,
    () => false,
  );
}

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await execute("docker", args, { maxBuffer: 2 ** 28 });
  return stdout.split("\n").filter((line) => line !== "");
}
