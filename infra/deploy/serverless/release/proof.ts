import {
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { proofKey } from "../../../src/constructs/serverless/edge-functions.ts";
import type { Access } from "../../clouds/cloud.ts";
import { keyValueClient, ssmClient } from "../clients.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** The proof that a request came through the edge: no file, state or log has it. */
export async function edgeProof({ secretsPath, region }: ServerlessOutputs, access: Access): Promise<string> {
  const Name = `${secretsPath}/edge-proof`;
  const { Parameter } = await ssmClient(access, region).send(
    new GetParameterCommand({ Name, WithDecryption: true }),
  );
  return Parameter!.Value!;
}

/** Has the edge send this proof from now on; it takes seconds to reach all edges. */
export async function putProof(
  { proofStore: KvsARN }: ServerlessOutputs,
  proof: string,
  access: Access,
): Promise<void> {
  const client = keyValueClient(access);
  const present = await client.send(new GetKeyCommand({ KvsARN, Key: proofKey })).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  });
  if (present?.Value === proof) return;
  const { ETag: IfMatch } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
  await client.send(new PutKeyCommand({ KvsARN, Key: proofKey, Value: proof, IfMatch }));
}
