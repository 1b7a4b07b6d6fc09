import type { Resolver } from "node:dns/promises";
import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import type { ServerlessOutputs } from "./outputs.ts";

type Named = Pick<ServerlessOutputs, "url">;

/** The site's own name; undefined while it has CloudFront's. */
export function domainOf({ url }: Named): string | undefined {
  const { hostname } = new URL(url);
  return hostname.endsWith(".cloudfront.net") ? undefined : hostname;
}

/** Says that a site with a domain would lose it, because the command does not name it. */
export function unnamedDomain(
  { domain, make }: Pick<Deployment, "domain" | "make">,
  outputs: Named | undefined,
): string | undefined {
  const present = outputs && domainOf(outputs);
  if (present === undefined || domain !== undefined) return undefined;
  return (
    `This deployment is at https://${present}. Name it with every deploy, or in tintype.json: ${make("deploy")} DOMAIN=${present}\n` +
    `To go back to CloudFront's own name: ${make("deploy")} DOMAIN=none`
  );
}

/** Throws a UserError that says which record to make, unless a site's domain leads to its distribution. */
export async function requireDomainRecord(
  outputs: Pick<ServerlessOutputs, "url" | "distributionDomain">,
  resolver: Resolver,
  { make }: Pick<Deployment, "make">,
): Promise<void> {
  const domain = domainOf(outputs);
  const target = outputs.distributionDomain;
  if (domain === undefined || (await leadsTo(domain, target, resolver))) return;
  throw new UserError(
    `${domain} does not lead to this deployment.\n` +
      `Where that domain's records are kept, make this one (at the top of a zone an ALIAS or ANAME):\n\n` +
      `  ${domain}. CNAME ${target}.\n\n` +
      `Then go on: ${make("deploy")} (resolvers may keep the former record until its time to live has passed)`,
  );
}

/** By name, or by an address that both have: the top of a zone has no CNAME. */
export async function leadsTo(domain: string, target: string, resolver: Resolver): Promise<boolean> {
  const names = await resolver.resolveCname(domain).catch((): string[] => []);
  if (names.includes(target)) return true;
  const [own, its] = await Promise.all(
    [domain, target].map((name) => resolver.resolve4(name).catch((): string[] => [])),
  );
  return own!.some((address) => its!.includes(address));
}

/** What to do until the site has its domain; no lines if it has, or if none is wanted. */
export function domainNotes(
  outputs: ServerlessOutputs,
  { domain, make }: Pick<Deployment, "domain" | "make">,
): string[] {
  const { certificate } = outputs;
  if (domain === undefined || domain === "none" || certificate === undefined) return [];
  if (domainOf(outputs) === domain) return [];
  const { name, type, value } = certificate.record;
  return [
    "",
    `To have it under https://${domain}, make both records where the domain's records are kept:`,
    "",
    `  ${name} ${type} ${value}`,
    `  ${domain}. CNAME ${outputs.distributionDomain}.    (at the top of a zone an ALIAS or ANAME)`,
    "",
    `The first proves to AWS whose domain it is. Once AWS has seen it and the second resolves, which takes minutes: ${make("deploy")}`,
  ];
}

/** The DNS records that lead nowhere without the deployment, in a line; none if it had no domain. */
export function recordsToRemove(outputs: ServerlessOutputs): string[] {
  const names = [domainOf(outputs), outputs.certificate?.record.name].filter((name) => name !== undefined);
  if (names.length === 0) return [];
  return [`These DNS records lead nowhere now; remove them: ${names.join(", ")}`];
}
