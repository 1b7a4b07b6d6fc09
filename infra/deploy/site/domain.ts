import { Failure } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { type Outputs, readOutputs } from "../terraform/state.ts";
import { requirePointsAt } from "./dns-record.ts";

/** The name of the site that is certified; undefined where the site is plain HTTP. */
export function domainOf({ url }: Pick<Outputs, "url">): string | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? hostname : undefined;
}

/** Throws a Failure where a site with a domain would lose it because nothing was said of it. */
export async function requireSaidDomain(deployment: Deployment): Promise<void> {
  const outputs = await readOutputs(deployment);
  const domain = outputs && domainOf(outputs);
  if (domain === undefined || deployment.domain !== undefined) return;
  const { make } = deployment;
  throw new Failure(
    `This deployment is at https://${domain}. Say so with every deploy: ${make("deploy")} DOMAIN=${domain}\n` +
      `To go back to plain HTTP: ${make("deploy")} DOMAIN=none (browsers that know the site refuse that for a year)`,
    2,
  );
}

/** Throws a Failure unless the site's name points to the site. */
export async function requireDomain(deployment: Deployment, outputs: Outputs): Promise<void> {
  const domain = domainOf(outputs);
  if (domain === undefined) return;
  const { address, resolver } = await deployment.cloud.domainTarget(domain, outputs.frontend);
  await requirePointsAt(domain, address, resolver, deployment);
}

/** As `requireDomain`, before anything is changed: for a deployment that has its address already. */
export async function requireNewDomain(deployment: Deployment): Promise<void> {
  const { cloud, domain } = deployment;
  const outputs = await readOutputs(deployment);
  const target = outputs && cloud.domainTargetBefore(outputs.frontend);
  if (target === undefined || domain === undefined || domain === "none") return;
  await requirePointsAt(domain, target.address, target.resolver, deployment);
}
