import { existsSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../../../cli/user-error.ts";
import { type Result, run, tryRun } from "../../../cli/run.ts";
import type { Deployment } from "../../deployment.ts";
import type { Outputs } from "../../terraform/state.ts";

export const hostNames = ["frontend", "backend"] as const;
export type HostName = (typeof hostNames)[number];

/** The host that `make logs` and `make ssh` are for. */
export function chosenHost(): HostName {
  const host = process.env["HOST"] || "backend";
  if (host !== "backend" && host !== "frontend") throw new UserError("HOST is frontend or backend.", 2);
  return host;
}

/** Where SSH finds a host from this machine. */
export interface HostAddress {
  readonly address: string;
  readonly port: number;
  /** Under which its key is known: another instance at the same address has another. */
  readonly instanceId: string;
}

export async function hostAddress(
  deployment: Deployment,
  outputs: Outputs,
  host: HostName,
): Promise<HostAddress> {
  const { address, port } = running(await deployment.cloud.portOf(outputs[host], 22), host, deployment);
  return { address, port, instanceId: outputs[host].instanceId };
}

/** What was found of a host that runs; throws a UserError if it was not found. */
export function running<Found>(
  found: Found | undefined,
  host: HostName,
  { make }: Pick<Deployment, "make">,
): Found {
  if (found !== undefined) return found;
  throw new UserError(`The ${host} host is missing or stopped. To bring it back: ${make("deploy")}`);
}

/**
 * Options of ssh by which a host is who it was: its key is learned at the first connection to the instance. Nothing of
 * ~/.ssh/config or /etc/ssh/ssh_config counts: a RemoteCommand, ControlMaster or HostName there would change what is run, and where.
 * Files are named relative to the deployment's folder, in which ssh has to run: OpenSSH splits such a name at blanks and
 * expands % and $ in it, and Ansible splits all options as a shell does.
 */
export function identityOptions({ knownHosts }: Deployment, { instanceId }: HostAddress): string[] {
  const options = {
    IdentitiesOnly: "yes",
    StrictHostKeyChecking: "accept-new",
    UserKnownHostsFile: basename(knownHosts),
    HostKeyAlias: instanceId,
    CheckHostIP: "no", // else the address would be known too
  };
  return [
    "-F",
    "/dev/null",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}

/** For an instance that another container stands for now: with the old one's disk went its key. */
export async function forgetKey({ knownHosts }: Deployment, instanceId: string): Promise<void> {
  if (existsSync(knownHosts)) await run("ssh-keygen", ["-q", "-R", instanceId, "-f", knownHosts]);
}

/** Arguments of ssh that name key, known hosts and address; to be run in the deployment's folder. */
export function sshArguments(deployment: Deployment, host: HostAddress): string[] {
  const patience = ["-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=30", "-o", "LogLevel=ERROR"];
  return [
    ...["-i", basename(deployment.privateKey), "-p", String(host.port)],
    ...[...identityOptions(deployment, host), ...patience, `ec2-user@${host.address}`],
  ];
}

/** The hosts of a deployment, as this machine reaches them. */
export interface Hosts {
  /** Runs a shell command on a host, for half a minute unless a timeout is given. */
  run(host: HostName, shell: string, timeoutMs?: number): Promise<Result>;
  /** Arguments of ssh that lead to a host; to be run in `folder`. */
  sshTo(host: HostName): Promise<string[]>;
  readonly folder: string;
  /** What to report when ssh had no connection, or lost it. */
  unreached(host: HostName): string;
  readonly make: Deployment["make"];
}

export function hostsOf(deployment: Deployment, outputs: Outputs): Hosts {
  const { cloud, folder, make } = deployment;
  const sshTo = async (host: HostName) =>
    sshArguments(deployment, await hostAddress(deployment, outputs, host));
  return {
    async run(host, shell, timeoutMs = 30_000) {
      return tryRun("ssh", [...(await sshTo(host)), shell], { cwd: folder, timeoutMs });
    },
    sshTo,
    folder,
    unreached(host) {
      const note = cloud.unreachedNote(make("deploy"));
      return `The ${host} host could not be reached, or closed the connection.${note}`;
    },
    make,
  };
}
