import {
  type CloudFrontKeyValueStoreClient,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
import { GetParameterCommand, type Parameter } from "@aws-sdk/client-ssm";
import { proofKey } from "../../../src/constructs/serverless/edge-functions.ts";
import type { Access } from "../../clouds/cloud.ts";
import { keyValueClient, ssmClient } from "../clients.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** The proof that a request came through the edge: no file, state or log has it. */
export const edgeProof = async (outputs: ServerlessOutputs, access: Access): Promise<string> =>
  (await parameter(outputs, access)).Value!;

async function parameter({ secretsPath, region }: ServerlessOutputs, access: Access): Promise<Parameter> {
  const Name = `${secretsPath}/edge-proof`;
  const found = await ssmClient(access, region).send(new GetParameterCommand({ Name, WithDecryption: true }));
  return found.Parameter!;
}

/** Since when the edge should send another proof than it does; undefined if it sends the latest. */
export async function proofLateSince(outputs: ServerlessOutputs, access: Access): Promise<Date | undefined> {
  const { Value, LastModifiedDate } = await parameter(outputs, access);
  return (await sentProof(keyValueClient(access), outputs)) === Value ? undefined : LastModifiedDate;
}

async function sentProof(
  client: CloudFrontKeyValueStoreClient,
  { proofStore: KvsARN }: ServerlessOutputs,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetKeyCommand({ KvsARN, Key: proofKey }))).Value;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Has the edge send this proof from now on; it takes seconds to reach all edges. */
export async function putProof(outputs: ServerlessOutputs, proof: string, access: Access): Promise<void> {
  const client = keyValueClient(access);
  if ((await sentProof(client, outputs)) === proof) return;
  const KvsARN = outputs.proofStore;
  const { ETag: IfMatch } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
  await client.send(new PutKeyCommand({ KvsARN, Key: proofKey, Value: proof, IfMatch }));
}
