import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Deployment } from "./deployment.ts";
import { Failure } from "./failure.ts";

export interface Outputs {
  readonly url: string;
  readonly region: string;
  readonly bucket: string;
  readonly frontend: { instanceId: string; privateIp: string; publicDns: string; publicIp: string };
  readonly backend: {
    instanceId: string;
    privateIp: string;
    publicIp: string;
    apiPort: number;
    metricsPort?: number;
  };
}

interface State {
  readonly outputs: Record<string, { readonly value: unknown }>;
  readonly resources?: readonly { readonly mode: string; readonly instances: readonly unknown[] }[];
}

const complete = ["url", "region", "bucket", "frontend", "backend"];

/** Where the state says what was made; undefined where nothing was, or not all of it. */
export function readOutputs(deployment: Deployment): Outputs | undefined {
  const { outputs } = readState(deployment) ?? { outputs: {} };
  if (complete.some((name) => outputs[name] === undefined)) return undefined;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as never;
}

/** As `readOutputs`; where there is nothing, or not all, a Failure that says how to go on. */
export function requireOutputs(deployment: Deployment): Outputs {
  const outputs = readOutputs(deployment);
  if (outputs !== undefined) return outputs;
  const { make } = deployment;
  const made = resourcesMade(deployment);
  if (made > 0) {
    throw new Failure(
      `A deploy did not finish: ${made} ${made === 1 ? "resource exists" : "resources exist"}.\n` +
        `To go on: ${make("deploy")}\nTo remove them: ${make("destroy")}`,
    );
  }
  const nothing = `Nothing is deployed under this name. To deploy: ${make("deploy")}`;
  throw new Failure(nothing + hintAtLocal(deployment), 2);
}

/** How many resources the state holds. */
function resourcesMade(deployment: Deployment): number {
  const managed = (readState(deployment)?.resources ?? []).filter(({ mode }) => mode === "managed");
  return managed.reduce((count, { instances }) => count + instances.length, 0);
}

function hintAtLocal({ cloud, name, folder, stack }: Deployment): string {
  if (cloud === "local") return "";
  const local = stack.replace(folder, join(dirname(folder), `local-${name}`));
  const exists = existsSync(join(local, "terraform.tfstate"));
  return exists ? "\nA local deployment of that name exists: for that one add CLOUD=local" : "";
}

function readState({ stack }: Deployment): State | undefined {
  const file = join(stack, "terraform.tfstate");
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const before = `${file}.backup`;
    const way = existsSync(before)
      ? `If what it was before is whole, put that in its place: mv ${before} ${file}`
      : `Nothing was there before it. If nothing was made: rm ${file}`;
    throw new Failure(`Terraform's state is empty or cut off: ${file}\n${way}`, 2);
  }
}
