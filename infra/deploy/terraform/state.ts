import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../cli/user-error.ts";
import type { StackName } from "../../src/settings.ts";
import { placeOf } from "../deployment-folder.ts";
import type { Deployment } from "../deployment.ts";
import { readRecord } from "../deployment-record.ts";
import { localStateFile, stateText } from "./state-storage.ts";
import { requireSameState } from "./same-state.ts";

/** What every stack tells. */
export interface CommonOutputs {
  readonly url: string;
  readonly region: string;
  /** Of images. */
  readonly bucket: string;
}

/** What `ec2` tells. */
export interface Outputs extends CommonOutputs {
  readonly frontend: { instanceId: string; privateIp: string; publicDns: string; publicIp: string };
  readonly backend: {
    instanceId: string;
    privateIp: string;
    publicIp: string;
    apiPort: number;
    metricsPort?: number;
  };
}

export interface State {
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources?: readonly StateResource[];
}

export interface StateResource {
  readonly mode: string;
  readonly type?: string;
  readonly name?: string;
  readonly instances: readonly unknown[];
}

/** The outputs without which a deploy has not finished. */
const complete: Readonly<Record<StackName, readonly string[]>> = {
  ec2: ["url", "region", "bucket", "frontend", "backend"],
  serverless: ["url", "region", "bucket", "siteBucket", "functions", "distributionId"],
};

/** Where the state says what was made; undefined where nothing was, or not all of it. `Made`: outputs of its stack. */
export async function readOutputs<Made extends CommonOutputs = Outputs>(
  deployment: Deployment,
): Promise<Made | undefined> {
  return outputsIn<Made>(await readState(deployment), deployment);
}

/** As `readOutputs`, of a state that was read. */
export function outputsIn<Made extends CommonOutputs = Outputs>(
  state: State | undefined,
  { stack }: { readonly stack: StackName },
): Made | undefined {
  const { outputs } = state ?? { outputs: {} };
  if (complete[stack].some((name) => outputs[name] === undefined)) return undefined;
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as never;
}

/** As `readOutputs`; where there is nothing, or not all, a UserError that says how to go on. */
export async function requireOutputs<Made extends CommonOutputs = Outputs>(
  deployment: Deployment,
): Promise<Made> {
  const state = await readState(deployment);
  const outputs = outputsIn<Made>(state, deployment);
  if (outputs !== undefined) return outputs;
  const { make } = deployment;
  const made = resourcesIn(state);
  if (made > 0) {
    throw new UserError(
      `A deploy did not finish: ${made} ${made === 1 ? "resource exists" : "resources exist"}.\n` +
        `To go on: ${make("deploy")}\nTo remove them: ${make("destroy")}`,
    );
  }
  const nothing = `Nothing is deployed under this name. To deploy: ${make("deploy")}`;
  throw new UserError(nothing + hintAtOthers(deployment), 2);
}

/** How many resources a state holds. */
export function resourcesIn(state: State | undefined): number {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  return managed.reduce((count, { instances }) => count + instances.length, 0);
}

/** The deployment's state, from where it was begun; a UserError where the settings say another place, or it is cut off. */
export async function readState(deployment: Deployment): Promise<State | undefined> {
  requireSameState(deployment);
  const text = await stateText(deployment);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as State;
  } catch {
    throw cutOff(deployment);
  }
}

function cutOff(deployment: Deployment): UserError {
  const { stateBucket } = deployment;
  if (stateBucket !== undefined) {
    const way = "The bucket keeps its earlier versions: put the last whole one in its place.";
    return new UserError(`Terraform's state in the bucket ${stateBucket} is empty or cut off.\n${way}`, 2);
  }
  const file = localStateFile(deployment);
  const before = `${file}.backup`;
  const way = existsSync(before)
    ? `If what it was before is whole, put that in its place: mv ${before} ${file}`
    : `Nothing was there before it. If nothing was made: rm ${file}`;
  return new UserError(`Terraform's state is empty or cut off: ${file}\n${way}`, 2);
}

/** The deployments that this clone has begun under other settings. */
function hintAtOthers({ folder, make }: Deployment): string {
  const beside = dirname(folder);
  const begun = existsSync(beside) ? readdirSync(beside) : [];
  const lines = begun
    .filter((name) => name !== basename(folder) && readRecord({ folder: join(beside, name) }) !== undefined)
    .flatMap((name) => placeOf(name) ?? [])
    .map((place) => `\n  ${make("status", { ...place })}`);
  return lines.length > 0 ? `\nThis clone has deployed:${lines.join("")}` : "";
}
