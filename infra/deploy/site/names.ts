import type { Deployment } from "../deployment.ts";
import { localPortOf } from "../ec2/hosts/ssh.ts";
import type { Outputs } from "../terraform/state.ts";
import { domainOf } from "./domain.ts";

export interface SiteNames {
  /** Every host name and address by which the site may be asked for; all others are refused. */
  readonly hosts: readonly string[];
  /** Beside the site's own origin, those where people see it: the API takes their pages for the site. */
  readonly otherOrigins: readonly string[];
}

/** The names that lead to a site. One with a domain has other names only to send people on to it. */
export async function siteNames(deployment: Deployment, outputs: Outputs): Promise<SiteNames> {
  const { publicDns, publicIp, privateIp } = outputs.frontend;
  const domain = domainOf(outputs);
  const own = [...(domain === undefined ? [] : [domain]), publicDns, publicIp];
  if (deployment.cloud === "aws")
    return { hosts: own, otherOrigins: domain === undefined ? [`http://${publicIp}`] : [] };
  const shown = ["localhost", "127.0.0.1"];
  const hosts = [...own, ...shown, privateIp];
  if (domain !== undefined) return { hosts, otherOrigins: [] };
  const port = await localPortOf(deployment, outputs, "frontend", 80);
  const origins = [...shown.map((name) => `http://${name}:${port}`), `http://${privateIp}`];
  return { hosts, otherOrigins: origins.map((origin) => new URL(origin).origin) };
}
