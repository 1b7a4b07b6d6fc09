import { HeadBucketCommand, paginateListBuckets } from "@aws-sdk/client-s3";
import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { faultsOf } from "./bucket-safety.ts";
import { missingBucket, stateClient } from "./state-storage.ts";
import { requireTerraform } from "./version.ts";

/** Where STATE_BUCKET is set: throws a UserError unless that bucket is there, ours and safe, and Terraform can lock in it. */
export async function requireStateBucket(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<void> {
  const { stateBucket, make } = deployment;
  if (stateBucket === undefined) return;
  await requireTerraform("1.10.0", "it locks a state in S3");
  if ((await ownBucketRegion(deployment, access)) === undefined) throw missingBucket(deployment);
  const faults = await faultsOf(stateClient(deployment, access), stateBucket);
  if (faults.length > 0) throw unsafe(stateBucket, faults, `\nTo set it right: ${make("state-bucket")}`);
}

export function unsafe(bucket: string, faults: readonly string[], way: string): UserError {
  return new UserError(`The bucket ${bucket} is not safe for a state: ${faults.join("; ")}.${way}`, 2);
}

/**
 * The region of the state's bucket; undefined if there is none; throws a UserError if it is another account's. Such a bucket may
 * let us in all the same, to be given our state: what counts is the list of our own.
 */
export async function ownBucketRegion(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<string | undefined> {
  const { stateBucket: Bucket, region } = deployment;
  const client = stateClient(deployment, access);
  for await (const { Buckets = [] } of paginateListBuckets({ client }, { Prefix: Bucket })) {
    const own = Buckets.find(({ Name }) => Name === Bucket);
    if (own !== undefined) return own.BucketRegion ?? region;
  }
  const status = await client.send(new HeadBucketCommand({ Bucket })).then(() => 200, statusOf);
  if (status === 404) return undefined;
  throw notOurs(deployment);
}

function statusOf(error: { $metadata?: { httpStatusCode?: number } }): number {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) throw error;
  return status;
}

export function notOurs({ stateBucket }: Deployment): UserError {
  return new UserError(
    `The bucket ${stateBucket} belongs to another account, or these credentials may not use it. ` +
      "Names of buckets are shared by everybody: choose another.",
    2,
  );
}
