import type { Resolver } from "node:dns/promises";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";

/** Throws a UserError that says which record to make, unless a name has this address and no other. */
export async function requirePointsAt(
  domain: string,
  address: string,
  resolver: Resolver,
  { make }: Pick<Deployment, "make">,
): Promise<void> {
  const [v4, v6] = await Promise.all([
    resolver.resolve4(domain).catch((): string[] => []),
    resolver.resolve6(domain).catch((): string[] => []), // a certificate is proven by IPv6 first, where a name has it
  ]);
  const others = [...v4.filter((found) => found !== address), ...v6];
  if (v4.includes(address) && others.length === 0) return;
  const instead = others.length === 0 ? "" : ` It has: ${others.join(", ")}.`;
  throw new UserError(
    `${domain} does not point to this deployment alone.${instead}\n` +
      `Where that domain's records are kept, let this be the only one of type A or AAAA under the name:\n\n` +
      `  ${domain}. A ${address}\n\n` +
      `Then go on: ${make("deploy")} (a record that was changed may be remembered for as long as its time to live)`,
  );
}
