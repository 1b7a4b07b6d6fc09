import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { localStateFile } from "./state-storage.ts";
import { readRecord } from "../deployment-record.ts";

/** Throws a UserError where this machine began the deployment with its state elsewhere than STATE_BUCKET says. */
export function requireSameState(deployment: Deployment): void {
  const { stateBucket, make } = deployment;
  const pin = readRecord(deployment);
  if (pin?.stateBucket !== undefined && pin.stateBucket !== stateBucket) {
    throw new UserError(
      `The state of this deployment is in the bucket ${pin.stateBucket}. ` +
        `Say so with every command: STATE_BUCKET=${pin.stateBucket}, or write it into tintype.json.`,
      2,
    );
  }
  if (stateBucket === undefined || pin?.stateBucket !== undefined) return;
  if (pin === undefined && !holdsSomething(localStateFile(deployment))) return;
  throw new UserError(
    "The state of this deployment is on this machine. Leave STATE_BUCKET out, " +
      `or move the state into that bucket: ${make("state-bucket")}`,
    2,
  );
}

/** After a destroy the file stays, and holds nothing. One that cannot be read counts as something. */
function holdsSomething(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const { resources = [] } = JSON.parse(readFileSync(file, "utf8")) as { resources?: unknown[] };
    return resources.length > 0;
  } catch {
    return true;
  }
}
