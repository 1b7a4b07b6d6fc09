import type { Deployment } from "../../deployment.ts";
import type { FrontDoor, LocalDoor } from "../../clouds/cloud.ts";

type Shown = Pick<Deployment, "make" | "cloud" | "mailFrom" | "smsMonthlyUsd">;

/** Where the site is, and what a person has to know before going there. */
export function siteNotes(deployment: Shown, { url, local }: FrontDoor): string[] {
  const lines = [`  ${url}`, ...mailLines(deployment), ...textLines(deployment)];
  if (local !== undefined) return [...lines, "", ...waysIn(url, local)];
  if (url.startsWith("https:")) return lines;
  return [
    ...lines,
    "",
    "It speaks plain HTTP: passwords travel as they are. Put nothing real into it.",
    `With a domain of your own it speaks HTTPS: ${deployment.make("deploy", { DOMAIN: "tintype.example.org" })}`,
  ];
}

/** Where the codes go that a person waits for. */
function mailLines({ make, cloud, mailFrom }: Shown): string[] {
  if (mailFrom === undefined)
    return [
      "",
      `It sends no email: codes that confirm an address or reset a password are shown by ${make("codes")}`,
    ];
  return cloud.mailNote === undefined ? [] : ["", cloud.mailNote];
}

function textLines({ make, cloud, smsMonthlyUsd }: Shown): string[] {
  if (smsMonthlyUsd === undefined || cloud.deliversTexts) return [];
  return ["", `Text messages are not delivered: their codes are shown by ${make("codes")}`];
}

/** Nothing on this machine knows the name of a site in the local cloud, nor who certifies it. */
function waysIn(url: string, { address, port, httpPort, root }: LocalDoor): string[] {
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
