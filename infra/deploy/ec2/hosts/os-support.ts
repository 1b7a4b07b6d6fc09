import { say } from "../../../cli/steps.ts";
import type { OperatingSystem } from "../../../src/settings.ts";
import type { Deployment } from "../../deployment.ts";

// https://aws.amazon.com/amazon-linux-2/faqs/
const ended: Partial<Record<OperatingSystem, string>> = { al2: "Amazon Linux 2 since 2026-06-30" };

/** What there is to know of an operating system that its makers no longer keep; undefined of any other. */
export function supportEnded({ cloud, os, make }: Deployment): string | undefined {
  if (ended[os] === undefined) return undefined;
  if (cloud === "local") return `On AWS these hosts would be out of support: ${ended[os]}. OS=al2023 is not.`;
  return (
    `Out of support: ${ended[os]}. It gets no security updates.\n` +
    `For a new deployment: ${make("deploy")} OS=al2023\n` +
    "Hosts that are there keep their system until they are made anew, which keeps the data: " +
    `${make("deploy")} OS=al2023 REPLACE=frontend, then REPLACE=backend`
  );
}

export function tellSupport(deployment: Deployment): void {
  const told = supportEnded(deployment);
  if (told !== undefined) say(`\n${told}`);
}
