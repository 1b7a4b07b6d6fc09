import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { cloudEnvironment, runningCloud, startCloud } from "../../local-cloud/cloud.ts";
import { Failure } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { sdkClient } from "./sdk-client.ts";

/** The environment in which Terraform and the SDK talk to the deployment's cloud; starts the local one. */
export async function cloudAccess(deployment: Deployment): Promise<Record<string, string>> {
  if (deployment.cloud === "local") return cloudEnvironment(await startCloud());
  await checkAccess(deployment.region);
  return {};
}

/** As `cloudAccess`, but undefined where the local cloud does not run: then there is nothing in it. */
export async function existingCloudAccess(
  deployment: Deployment,
): Promise<Record<string, string> | undefined> {
  if (deployment.cloud === "local" && runningCloud() === undefined) return undefined;
  return cloudAccess(deployment);
}

export function noCredentials({ message }: Error): Failure {
  return new Failure(
    `AWS could not be reached, or rejected these credentials (${message}).\n` +
      "Set credentials: `aws configure`, `aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY.\nWithout an AWS account: make deploy CLOUD=local",
    2,
  );
}

/** Asks AWS who we are and whether the region is there; a Failure says what to set. */
async function checkAccess(region: string): Promise<void> {
  // Regions are asked for where every account has an endpoint; a wrong region has none that could answer.
  const home = { ...sdkClient({}, undefined, "us-east-1"), maxAttempts: 2 };
  try {
    await new STSClient(home).send(new GetCallerIdentityCommand({}));
  } catch (error) {
    throw noCredentials(error as Error);
  }
  const known = await new EC2Client(home)
    .send(new DescribeRegionsCommand({}))
    .then(({ Regions = [] }) => Regions.map(({ RegionName }) => RegionName!))
    .catch(() => [region]); // who may not list regions is told by Terraform
  if (!known.includes(region)) {
    throw new Failure(
      `There is no region ${region} for this account. REGION is one of: ${known.toSorted().join(", ")}`,
      2,
    );
  }
}
