import { say } from "../../../cli/steps.ts";
import type { OperatingSystem } from "../../../src/settings.ts";
import type { Deployment } from "../../deployment.ts";

// https://aws.amazon.com/amazon-linux-2/faqs/
const ended: Partial<Record<OperatingSystem, string>> = { al2: "Amazon Linux 2 since 2026-06-30" };

/** What an operating system without support means for these hosts; undefined for any other system. */
export function supportEnded({ cloud, os, make }: Deployment): string | undefined {
  if (ended[os] === undefined) return undefined;
  return cloud.supportNote(
    ended[os],
    `For a new deployment: ${make("deploy")} OS=al2023\n` +
      "Hosts that are there keep their system until they are replaced, which keeps the data: " +
      `${make("deploy")} OS=al2023 REPLACE=frontend, then REPLACE=backend`,
  );
}

export function showSupport(deployment: Deployment): void {
  const note = supportEnded(deployment);
  if (note !== undefined) say(`\n${note}`);
}
