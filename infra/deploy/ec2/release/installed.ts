import { UserError } from "../../../cli/user-error.ts";
import { releasesCommand } from "../hosts/host-commands.ts";
import { type HostName, hostNames, type Hosts } from "../hosts/ssh.ts";

/** What a host tells of its releases (ansible/roles/base/files/releases.sh); empty is what is not there. */
export interface Installed {
  readonly current: string;
  readonly previous: string;
  readonly deploy: string;
}

export interface RollbackStep {
  readonly host: HostName;
  readonly from: string;
  readonly to: string;
}

/** It waits for the application up to three times, for a minute each (serve.sh), and migrates. */
const switchTimeoutMs = 6 * 60_000;

export async function installedOn(hosts: Hosts, host: HostName): Promise<Installed> {
  const { code, stdout, stderr } = await hosts.run(host, releasesCommand("show"));
  if (code !== 0) throw new UserError(`The ${host} host did not answer: ${stderr.trim()}`);
  const [current = "", previous = "", deploy = ""] = stdout.split("\n");
  // It becomes part of a command on the other host too, over which a host that was broken into has no say.
  if (!/^[\w.-]*( [\w.-]*)?$/.test(deploy))
    throw new UserError(`The ${host} host names a deploy that cannot be: ${deploy}`);
  return { current, previous, deploy };
}

/**
 * What a rollback of the last deploy has to put back. The site comes first: it can live with the newer API, which
 * knows the site before it; the other way round is not tested.
 */
export function rollbackSteps(served: Readonly<Record<HostName, Installed>>): RollbackStep[] {
  const { deploy } = served.backend;
  return hostNames
    .map((host) => ({ host, ...served[host] }))
    .filter(({ previous, current }) => previous !== "" && previous !== current)
    .filter((host) => deploy !== "" && host.deploy === deploy)
    .map(({ host, current, previous }) => ({ host, from: current, to: previous }));
}

/** Undoes a deploy on a host; a UserError tells why it could not, and what serves now. */
export async function rollBack(
  hosts: Hosts,
  { host, deploy }: { host: HostName; deploy: string },
): Promise<void> {
  const { code, stderr } = await hosts.run(host, releasesCommand("rollback", deploy), switchTimeoutMs);
  if (code !== 0) throw new UserError(`The ${host} host did not go back.\n\n${stderr.trim()}`);
}
