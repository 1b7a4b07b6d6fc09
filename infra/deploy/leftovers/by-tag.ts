import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import type { StackName } from "../../src/settings.ts";
import { ownTags } from "../../src/constructs/tags.ts";
import { sdkClient } from "../clouds/sdk-client.ts";

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Whether tags are those of a deployment of this stack. What has no tag `Stack`, as by hand, counts as one of `ec2`. */
export function isOfStack(stack: StackName, tags: readonly Tag[]): boolean {
  const value = tags.find(({ Key }) => Key === "Stack")?.Value;
  return stack === "serverless" ? value === stack : value !== "serverless";
}

export interface ByTag {
  readonly name: string;
  readonly region: string;
  readonly access: Record<string, string>;
  readonly stack: StackName;
  /** ARNs of services that are asked themselves. */
  readonly asked: RegExp;
}

/** ARNs of what carries the deployment's tags, of services that are not asked themselves. */
export async function leftByTag({ name, region, access, stack, asked }: ByTag): Promise<string[]> {
  const client = new ResourceGroupsTaggingAPIClient(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const TagFilters = Object.entries(ownTags(name)).map(([Key, value]) => ({ Key, Values: [value] }));
  const arns: string[] = [];
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, { TagFilters })) {
    const own = ResourceTagMappingList.filter(({ Tags = [] }) => isOfStack(stack, Tags));
    arns.push(...own.map(({ ResourceARN }) => ResourceARN!));
  }
  return arns.filter((arn) => !asked.test(arn));
}
