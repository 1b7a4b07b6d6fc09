import type { Deployment } from "../../deployment.ts";
import type { SiteNames } from "../../clouds/cloud.ts";
import { running } from "../hosts/ssh.ts";
import type { Outputs } from "../../terraform/state.ts";
import { domainOf } from "../site/domain.ts";

/** The names that lead to a site. One with a domain has other names only to redirect people to it. */
export async function siteNames(deployment: Deployment, outputs: Outputs): Promise<SiteNames> {
  const { url, frontend } = outputs;
  const domain = domainOf(outputs);
  const other = running(await deployment.cloud.otherNames({ url, domain, frontend }), "frontend", deployment);
  const own = [...(domain === undefined ? [] : [domain]), frontend.publicDns, frontend.publicIp];
  return { ...other, hosts: [...own, ...other.hosts] };
}
