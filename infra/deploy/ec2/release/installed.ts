import { Failure } from "../../../cli/user-error.ts";
import { type HostName, hostNames, type Hosts } from "../hosts/ssh.ts";

/** What a host tells of its releases (ansible/roles/base/files/releases.sh); empty is what is not there. */
export interface Served {
  readonly current: string;
  readonly previous: string;
  readonly deploy: string;
}

export interface Return {
  readonly host: HostName;
  readonly from: string;
  readonly to: string;
}

const program = "sudo /opt/tintype/bin/releases";
/** It waits for the application up to three times, for 2 minutes each (serve.sh), and migrates. */
const switchTimeoutMs = 10 * 60_000;

export async function servedBy(hosts: Hosts, host: HostName): Promise<Served> {
  const { code, stdout, stderr } = await hosts.run(host, `${program} show`);
  if (code !== 0) throw new Failure(`The ${host} host did not answer: ${stderr.trim()}`);
  const [current = "", previous = "", deploy = ""] = stdout.split("\n");
  // It becomes part of a command on the other host too, over which a host that was broken into has no say.
  if (!/^[\w.-]*( [\w.-]*)?$/.test(deploy))
    throw new Failure(`The ${host} host names a deploy that cannot be: ${deploy}`);
  return { current, previous, deploy };
}

/**
 * What a rollback of the last deploy has to put back. The site comes first: it can live with the newer API, which
 * knows the site before it; the other way round is not tested.
 */
export function returnsOf(served: Readonly<Record<HostName, Served>>): Return[] {
  const { deploy } = served.backend;
  return hostNames
    .map((host) => ({ host, ...served[host] }))
    .filter(({ previous, current }) => previous !== "" && previous !== current)
    .filter((host) => deploy !== "" && host.deploy === deploy)
    .map(({ host, current, previous }) => ({ host, from: current, to: previous }));
}

/** Undoes a deploy on a host; a Failure tells why it could not, and what serves now. */
export async function undo(
  hosts: Hosts,
  { host, deploy }: { host: HostName; deploy: string },
): Promise<void> {
  const shell = `${program} rollback '${deploy}'`;
  const { code, stderr } = await hosts.run(host, shell, switchTimeoutMs);
  if (code !== 0) throw new Failure(`The ${host} host did not go back.\n\n${stderr.trim()}`);
}
