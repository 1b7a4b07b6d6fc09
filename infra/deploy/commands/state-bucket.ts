import {
  BucketAlreadyExists,
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketTaggingCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { command, UserError } from "../../cli/user-error.ts";
import { requireTools } from "../../cli/requirements.ts";
import { say } from "../../cli/steps.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { withLock } from "../deployment-lock.ts";
import { faultsOf, makeSafe } from "../terraform/bucket-safety.ts";
import { notOurs, ownBucketRegion, unsafe } from "../terraform/state-bucket.ts";
import { stateClient } from "../terraform/state-storage.ts";
import { moveState } from "../record/move-state.ts";
import { requireSameAccount } from "../record/checks.ts";

const ours = { Key: "Purpose", Value: "tintype-state" };

await command(() => {
  const deployment = currentDeployment();
  return withLock(deployment, () => stateBucket(deployment));
});

async function stateBucket(deployment: Deployment): Promise<void> {
  const { stateBucket: bucket, make } = deployment;
  if (bucket === undefined) throw new UserError(`Say which: ${make("state-bucket")} STATE_BUCKET=name`, 2);
  await requireTools(deployment.cloud.requiredForApi);
  const access = await deployment.cloud.access(deployment.region);
  await requireSameAccount(deployment, access);
  const client = stateClient(deployment, access);
  const region = await ownBucketRegion(deployment, access);
  if (region === undefined) await create(client, bucket, deployment);
  if (await mayChange(client, bucket)) {
    await makeSafe(client, bucket);
    const TagSet = [ours, { Key: "Project", Value: "tintype" }];
    await client.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet } }));
  }
  const faults = await faultsOf(client, bucket);
  if (faults.length > 0) {
    throw unsafe(bucket, faults, " It holds other things, so it was left alone: choose another name.");
  }
  say(`The bucket ${bucket} in ${region ?? deployment.region} is there, and safe for a state.`);
  if (await moveState(deployment, access)) say(`The state of ${deployment.name} is in it now.`);
  say(`Name it with every command, or in tintype.json: ${make("deploy")}`);
}

async function create(client: S3Client, Bucket: string, deployment: Deployment): Promise<void> {
  const LocationConstraint = deployment.region as BucketLocationConstraint;
  // The oldest region is the one that may not be named.
  const place =
    deployment.region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  try {
    await client.send(new CreateBucketCommand({ Bucket, ObjectOwnership: "BucketOwnerEnforced", ...place }));
  } catch (error) {
    throw error instanceof BucketAlreadyExists ? notOurs(deployment) : error;
  }
}

/** A bucket that this command has made, or that holds nothing yet. */
async function mayChange(client: S3Client, Bucket: string): Promise<boolean> {
  const { TagSet = [] } = await client.send(new GetBucketTaggingCommand({ Bucket })).catch((error: Error) => {
    if (error.name === "NoSuchTagSet") return { TagSet: [] };
    throw error;
  });
  if (TagSet.some(({ Key, Value }) => Key === ours.Key && Value === ours.Value)) return true;
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }),
  );
  return TagSet.length === 0 && Versions.length + DeleteMarkers.length === 0;
}
