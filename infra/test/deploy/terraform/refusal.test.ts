import { expect, test } from "@jest/globals";
import { refusedByAccount } from "../../../deploy/terraform/refusal.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

/** As Terraform prints what its AWS provider says. */
const printed = (said: string) => `
Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 400, RequestID: 6f0c,
api error ${said}

  with aws_instance.backend-host_instance_07CA3716,
  on cdk.tf.json line 120, in resource.aws_instance.backend-host_instance_07CA3716:
`;

const blue = scratchDeployment();

test.each([
  [
    "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 1 allows for the instance bucket",
    "L-1216C47A",
  ],
  [
    "InvalidParameterCombination: The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types",
    "free-tier-eligible",
  ],
  [
    "InsufficientInstanceCapacity: We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1a).",
    "data volume",
  ],
  [
    "Unsupported: Your requested instance type (t3.micro) is not supported in your requested Availability Zone (us-east-1e).",
    "another type",
  ],
  [
    "PendingVerification: Your request for accessing resources in this region is being validated",
    "four hours",
  ],
  [
    "AccessDenied: Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support",
    "AWS Support",
  ],
  [
    "InvalidParameterValueException: Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
    "RESERVE=no",
  ],
  ["OptInRequired: You are not subscribed to this service.", "signed up"],
])("USE-20 %s: what to do is said", (said, way) => {
  const failure = refusedByAccount(blue, printed(said));
  expect(failure!.message).toContain(said.slice(0, 60));
  expect(failure!.message).toContain(way);
});

test.each(["UnauthorizedOperation: You are not authorized", "InvalidParameterCombination: a b"])(
  "USE-20 %s is left as Terraform says it",
  (said) => {
    expect(refusedByAccount(blue, printed(said))).toBeUndefined();
  },
);
