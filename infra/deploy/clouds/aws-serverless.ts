import { aws } from "./aws.ts";
import type { Cloud } from "./cloud.ts";

/** AWS, as a deployment of `serverless` uses it. */
export const awsServerless: Cloud = { ...aws };
