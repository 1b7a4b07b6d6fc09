import type { AgentOptions } from "node:https";

/** Where the APIs of CloudFront, its certificates and IAM are, whatever a deployment's region. */
export const globalRegion = "us-east-1";

/** Configuration of an SDK client for a deployment's cloud; what `access` leaves out comes from the SDK's defaults. */
export function sdkClient(access: Record<string, string>, endpoint: string | undefined, region: string) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = access;
  // The SDK's agents take no proxy from the environment by themselves; nor does Node before 22.21, which ignores this.
  const httpsAgent = { proxyEnv: process.env } as AgentOptions;
  return {
    region,
    requestHandler: { httpsAgent },
    ...(endpoint && { endpoint }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
}
