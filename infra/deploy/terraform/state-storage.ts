import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, NoSuchBucket, NoSuchKey, S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../cli/user-error.ts";
import { stateKey } from "../../src/constructs/state-key.ts";
import { noCredentials } from "../clouds/aws.ts";
import { sdkClient } from "../clouds/sdk-client.ts";
import type { Deployment } from "../deployment.ts";

export const localStateFile = ({ terraformFolder }: Pick<Deployment, "terraformFolder">) =>
  join(terraformFolder, "terraform.tfstate");

/** What Terraform wrote last, wherever it is kept; undefined where that is nothing. */
export async function stateText(deployment: Deployment): Promise<string | undefined> {
  if (deployment.stateBucket !== undefined) return objectText(deployment, deployment.stateBucket);
  const file = localStateFile(deployment);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function objectText(deployment: Deployment, Bucket: string): Promise<string | undefined> {
  const access = deployment.cloud.uncheckedAccess();
  if (access === undefined) return undefined; // with the emulated cloud ended what it held
  try {
    const object = { Bucket, Key: stateKey(deployment.name, deployment.stack) };
    const { Body } = await stateClient(deployment, access).send(new GetObjectCommand(object));
    return await Body!.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    if (error instanceof NoSuchBucket && deployment.cloud.isDisposable) return undefined;
    if (error instanceof NoSuchBucket) throw missingBucket(deployment);
    if ((error as Error).name === "CredentialsProviderError") throw noCredentials(error as Error);
    throw error;
  }
}

/** A client of the state's bucket, which may be in another region than the deployment. */
export function stateClient({ region }: Deployment, access: Record<string, string>): S3Client {
  const found = sdkClient(access, access["AWS_ENDPOINT_URL_S3"], region);
  return new S3Client({ ...found, forcePathStyle: true, followRegionRedirects: true });
}

export function missingBucket({ stateBucket, make }: Deployment): UserError {
  return new UserError(`There is no bucket ${stateBucket}. To make it: ${make("state-bucket")}`, 2);
}

/** Of what is no more. A bucket keeps the versions of what was in it for a while. */
export async function forgetState(deployment: Deployment): Promise<void> {
  const file = localStateFile(deployment);
  for (const path of [file, `${file}.backup`, `${file}.moved`]) rmSync(path, { force: true });
  const { stateBucket: Bucket, name, stack } = deployment;
  const access = deployment.cloud.uncheckedAccess();
  if (Bucket === undefined || access === undefined) return;
  const object = { Bucket, Key: stateKey(name, stack) };
  await stateClient(deployment, access)
    .send(new DeleteObjectCommand(object))
    .catch((error: Error) => {
      if (error.name !== "NoSuchBucket") throw error;
    });
}
