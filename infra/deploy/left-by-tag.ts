import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import type { Deployment } from "./deployment.ts";
import { sdkClient } from "./sdk-client.ts";

/** ARNs of what still carries the deployment's tag. Terminated instances stay listed for a while and do not count. */
export async function leftByTag(
  { name, region }: Deployment,
  access: Record<string, string>,
): Promise<string[]> {
  const client = sdkClient(access, access["AWS_ENDPOINT_URL"], region);
  const { ResourceTagMappingList = [] } = await new ResourceGroupsTaggingAPIClient(client).send(
    new GetResourcesCommand({
      TagFilters: [
        { Key: "Project", Values: ["tintype"] },
        { Key: "Deployment", Values: [name] },
      ],
    }),
  );
  const arns = ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN!);
  const gone = await terminated(new EC2Client(client), name);
  return arns.filter((arn) => !gone.some((id) => arn.endsWith(`/${id}`)));
}

async function terminated(client: EC2Client, name: string): Promise<string[]> {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: "tag:Deployment", Values: [name] },
        { Name: "instance-state-name", Values: ["terminated"] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId!));
}
