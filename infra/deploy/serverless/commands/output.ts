import type { Deployment } from "../../deployment.ts";
import { requireOutputs } from "../../terraform/state.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** Addresses and ids, as JSON. */
export async function output(deployment: Deployment): Promise<void> {
  const { name, cloud } = deployment;
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const { stack, url, apiUrl, distributionId, userPoolId, tables, bucket, siteBucket, functions } = outputs;
  const door = await cloud.edge.door({ name, url });
  const localApi = await cloud.edge.apiAddress({ name, apiUrl });
  const shown = {
    stack,
    url,
    ...(door !== undefined && door.url !== url && { localUrl: door.url }),
    apiUrl,
    ...(localApi !== undefined && localApi !== apiUrl && { localApiUrl: localApi }),
    distributionId,
    userPoolId,
    tables,
    bucket,
    siteBucket,
    functions,
    region: outputs.region,
    userPoolClientId: outputs.userPoolClientId,
    distributionDomain: outputs.distributionDomain,
    ...(outputs.certificate && { certificate: outputs.certificate }),
  };
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
}
