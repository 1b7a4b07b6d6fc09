import type { StackName } from "../../src/settings.ts";
import { aws } from "./aws.ts";
import { awsServerless } from "./aws-serverless.ts";
import type { Cloud } from "./cloud.ts";
import { local } from "./local.ts";
import { localServerless } from "./local-serverless.ts";

/** By what CLOUD and STACK say. */
export const clouds = {
  aws: { ec2: aws, serverless: awsServerless },
  local: { ec2: local, serverless: localServerless },
} as const satisfies Record<string, Record<StackName, Cloud>>;
export type CloudName = keyof typeof clouds;
export const cloudNames = Object.keys(clouds) as CloudName[];
