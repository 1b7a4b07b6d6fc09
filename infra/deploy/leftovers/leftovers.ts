import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { ownTags } from "../../src/constructs/tags.ts";
import { sdkClient } from "../clouds/sdk-client.ts";
import { ec2Kinds, leftInEc2 } from "./ec2.ts";
import { leftInIam, leftInS3 } from "./iam-and-s3.ts";

// Of these the service itself is asked. The tagging API goes on naming them for a while after they are gone.
const asked = new RegExp(
  `^arn:[^:]+:(s3:::|iam:[^:]*:[^:]*:(role|instance-profile)/|ec2:[^:]*:[^:]*:(${ec2Kinds.join("|")})/)`,
);

/** What is left of a deployment, a line each: by what each service says, and by tag. */
export async function leftoversOf(
  name: string,
  region: string,
  access: Record<string, string>,
): Promise<string[]> {
  const found = await Promise.all([
    leftInEc2(name, region, access),
    leftInS3(name, region, access),
    leftInIam(name, access),
    leftByTag(name, region, access),
  ]);
  return found.flat();
}

/** ARNs of what carries the deployment's tags, of services that are not asked themselves. */
async function leftByTag(name: string, region: string, access: Record<string, string>): Promise<string[]> {
  const client = new ResourceGroupsTaggingAPIClient(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const TagFilters = Object.entries(ownTags(name)).map(([Key, value]) => ({ Key, Values: [value] }));
  const arns: string[] = [];
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, { TagFilters })) {
    arns.push(...ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN!));
  }
  return arns.filter((arn) => !asked.test(arn));
}
