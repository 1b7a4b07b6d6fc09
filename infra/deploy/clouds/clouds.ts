import { aws } from "./aws.ts";
import type { Cloud } from "./cloud.ts";
import { local } from "./local.ts";

/** By what CLOUD says. */
export const clouds = { aws, local } as const satisfies Record<string, Cloud>;
export type CloudName = keyof typeof clouds;
export const cloudNames = Object.keys(clouds) as CloudName[];
