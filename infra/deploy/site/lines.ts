import type { Deployment } from "../deployment.ts";
import type { FrontDoor } from "./front-door.ts";

/** Where the site is, and what a person has to know before going there. */
export function siteLines({ make }: Pick<Deployment, "make">, { url, local }: FrontDoor): string[] {
  if (local !== undefined) return [`  ${url}`, "", ...waysIn(url, local)];
  if (url.startsWith("https:")) return [`  ${url}`];
  return [
    `  ${url}`,
    "",
    "It speaks plain HTTP: passwords travel as they are. Put nothing real into it.",
    `With a domain of your own it speaks HTTPS: ${make("deploy", { DOMAIN: "tintype.example.org" })}`,
  ];
}

/** Nothing on this machine knows the name of a site in the local cloud, nor who certifies it. */
function waysIn(url: string, { address, port, httpPort, root }: Required<FrontDoor>["local"]): string[] {
  const { hostname } = new URL(url);
  const rules = `MAP ${hostname}:443 ${address}:${port}, MAP ${hostname}:80 ${address}:${httpPort}`;
  return [
    "Its name and its certificate are known in the local cloud alone. To go there all the same:",
    "",
    `  curl --cacert ${root} --connect-to ${hostname}:443:${address}:${port} ${url}`,
    `  chromium --user-data-dir=$(mktemp -d) --host-resolver-rules="${rules}" ${url}`,
    "",
    "Chromium warns of the certificate, unless its root is among the authorities that it trusts.",
  ];
}
