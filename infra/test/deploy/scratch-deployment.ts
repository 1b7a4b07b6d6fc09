import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "../../deploy/deployment.ts";

/** A deployment whose folder is new, empty and nobody else's. */
export function scratchDeployment(given: Partial<Deployment> = {}): Deployment {
  const folder = mkdtempSync(join(tmpdir(), "tintype-deployment-"));
  const stack = join(folder, "stack");
  mkdirSync(stack);
  return {
    cloud: "aws",
    name: "blue",
    region: "us-east-1",
    localPort: 8080,
    mailFrom: undefined,
    confirmation: "optional",
    folder,
    logs: folder,
    stack,
    privateKey: join(folder, "operator-key"),
    knownHosts: join(folder, "known-hosts"),
    inventory: join(folder, "inventory.json"),
    make: (target) => `make ${target} NAME=blue`,
    ...given,
  };
}
