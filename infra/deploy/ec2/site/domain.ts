import type { Deployment } from "../../deployment.ts";
import type { Outputs } from "../../terraform/state.ts";
import { requirePointsAt } from "./dns-record.ts";

/** The name of the site that is certified; undefined where the site is plain HTTP. */
export function domainOf({ url }: Pick<Outputs, "url">): string | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" ? hostname : undefined;
}

/** Says that a site with a domain would lose it, because the command does not name it. */
export function unnamedDomain(
  { domain, make }: Pick<Deployment, "domain" | "make">,
  outputs: Outputs | undefined,
): string | undefined {
  const present = outputs && domainOf(outputs);
  if (present === undefined || domain !== undefined) return undefined;
  return (
    `This deployment is at https://${present}. Name it with every deploy, or in tintype.json: ${make("deploy")} DOMAIN=${present}\n` +
    `To go back to plain HTTP: ${make("deploy")} DOMAIN=none (browsers that know the site refuse that for a year)`
  );
}

/** Says that providers would not send people back to a site without HTTPS. */
export function domainOfProviders({
  domain,
  providers,
}: Pick<Deployment, "domain" | "providers">): string | undefined {
  const hasDomain = domain !== undefined && domain !== "none";
  if (providers === undefined || hasDomain) return undefined;
  return "PROVIDERS needs DOMAIN: sign-in providers send people back to sites with HTTPS alone.";
}

/** Throws a UserError unless the site's name points to the site. */
export async function requireDomain(deployment: Deployment, outputs: Outputs): Promise<void> {
  const domain = domainOf(outputs);
  if (domain === undefined) return;
  const { address, resolver } = await deployment.cloud.domainTarget(domain, outputs.frontend);
  await requirePointsAt(domain, address, resolver, deployment);
}

/** As `requireDomain`, before anything is changed: for a deployment that has its address already. */
export async function requireKnownDomain(
  deployment: Deployment,
  outputs: Outputs | undefined,
): Promise<void> {
  const { cloud, domain } = deployment;
  const target = outputs && cloud.domainTargetBefore(outputs.frontend);
  if (target === undefined || domain === undefined || domain === "none") return;
  await requirePointsAt(domain, target.address, target.resolver, deployment);
}
