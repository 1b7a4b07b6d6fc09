import type { StackName } from "../src/settings.ts";
import type { CloudName } from "./clouds/clouds.ts";

/** What tells a deployment of this clone from its others, by the names of their settings. */
export interface Place {
  readonly CLOUD: CloudName;
  readonly NAME: string;
  readonly STACK: StackName;
}

/** Name of a deployment's folder. No name has a dot; `ec2` was there before there were stacks. */
export function folderName({ CLOUD, NAME, STACK }: Place): string {
  return `${CLOUD}-${NAME}${STACK === "ec2" ? "" : `.${STACK}`}`;
}

/** Undefined for what is no deployment's. */
export function placeOf(folder: string): Place | undefined {
  const [, CLOUD, NAME = "", STACK = "ec2"] = /^(aws|local)-([^.]+)(?:\.(\w+))?$/.exec(folder) ?? [];
  return CLOUD === undefined ? undefined : ({ CLOUD, NAME, STACK } as Place);
}
