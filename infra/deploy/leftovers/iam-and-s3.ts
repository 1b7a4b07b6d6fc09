import {
  GetInstanceProfileCommand,
  IAMClient,
  ListRoleTagsCommand,
  paginateListInstanceProfiles,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { GetBucketTaggingCommand, paginateListBuckets, S3Client } from "@aws-sdk/client-s3";
import { ownTags } from "../../src/constructs/tags.ts";
import type { StackName } from "../../src/settings.ts";
import { sdkClient } from "../clouds/sdk-client.ts";
import { isOfStack } from "./by-tag.ts";

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const prefixOf = (name: string) => `tintype-${name}-`;
const isOurs = (name: string, stack: StackName, tags: readonly Tag[] = []) =>
  isOfStack(stack, tags) &&
  Object.entries(ownTags(name)).every(([tag, value]) =>
    tags.some(({ Key, Value }) => Key === tag && Value === value),
  );

/**
 * Roles and instance profiles of a deployment. The tagging API does not know them. A name alone does not tell: those
 * of a deployment `dev-2` begin as those of `dev` do.
 */
export async function leftInIam(
  name: string,
  access: Record<string, string>,
  stack: StackName,
): Promise<string[]> {
  const client = new IAMClient(sdkClient(access, access["AWS_ENDPOINT_URL"], "us-east-1"));
  const left: string[] = [];
  const prefix = prefixOf(name);
  for await (const { Roles = [] } of paginateListRoles({ client }, {})) {
    for (const { RoleName } of Roles.filter(({ RoleName: role }) => role!.startsWith(prefix))) {
      const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName }));
      if (isOurs(name, stack, Tags)) left.push(`IAM role ${RoleName}`);
    }
  }
  for await (const { InstanceProfiles = [] } of paginateListInstanceProfiles({ client }, {})) {
    for (const { InstanceProfileName } of InstanceProfiles) {
      if (!InstanceProfileName!.startsWith(prefix)) continue;
      const { InstanceProfile } = await client.send(new GetInstanceProfileCommand({ InstanceProfileName }));
      if (isOurs(name, stack, InstanceProfile?.Tags))
        left.push(`IAM instance profile ${InstanceProfileName}`);
    }
  }
  return left;
}

/** Buckets of a deployment: by tag, and by a name such as Terraform makes of the prefix. */
export async function leftInS3(
  name: string,
  region: string,
  access: Record<string, string>,
  stack: StackName,
): Promise<string[]> {
  const endpoint = access["AWS_ENDPOINT_URL_S3"] ?? access["AWS_ENDPOINT_URL"];
  const found = sdkClient(access, endpoint, region);
  const client = new S3Client({ ...found, forcePathStyle: true, followRegionRedirects: true });
  const prefix = prefixOf(name);
  const left: string[] = [];
  for await (const { Buckets = [] } of paginateListBuckets({ client }, {})) {
    for (const Bucket of Buckets.map(({ Name }) => Name!).filter((bucket) => bucket.startsWith(prefix))) {
      const made = /^(site-)?\d{26}$/.test(Bucket.slice(prefix.length));
      const tags = await tagsOf(client, Bucket);
      // Without tags none can tell whose it is: it counts as one of `ec2`.
      if (isOfStack(stack, tags) && (made || isOurs(name, stack, tags))) left.push(`bucket ${Bucket}`);
    }
  }
  return left;
}

async function tagsOf(client: S3Client, Bucket: string): Promise<readonly Tag[]> {
  try {
    return (await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet ?? [];
  } catch (error) {
    if (["NoSuchTagSet", "NoSuchBucket"].includes((error as Error).name)) return [];
    throw error;
  }
}
