import type { CommonOutputs } from "../terraform/state.ts";

export const functionNames = ["images", "jobs", "api"] as const;
export type FunctionName = (typeof functionNames)[number];

/** What `serverless` tells of what Terraform made. */
export interface ServerlessOutputs extends CommonOutputs {
  readonly stack: "serverless";
  readonly apiUrl: string;
  readonly distributionId: string;
  /** CloudFront's name for the site, to which a domain's record points. */
  readonly distributionDomain: string;
  /** ARN of the key value store with the edge's proof. */
  readonly proofStore: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly tables: Readonly<Record<"records" | "expiring", string>>;
  readonly siteBucket: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
  readonly secretsPath: string;
  /** Of the domain. @default - the site has none */
  readonly certificate?: {
    readonly arn: string;
    readonly record: { readonly name: string; readonly type: string; readonly value: string };
  };
}
