import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";

type About = Pick<Deployment, "make" | "region" | "name">;

interface Refusal {
  readonly sign: RegExp;
  /** What it means and what to do. */
  readonly explain: (about: About) => string;
}

// What an account, not the stack, is the reason of: preflight cannot ask for it without further rights.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
const refusals: readonly Refusal[] = [
  {
    sign: /VcpuLimitExceeded/,
    explain: ({ region, make }) =>
      `This account may not run that many vCPUs in ${region}: two hosts of the default type need 4. To see and raise ` +
      'the quota: Service Quotas, Amazon EC2, "Running On-Demand Standard instances" (L-1216C47A), or\n' +
      `  aws service-quotas request-service-quota-increase --region ${region} --service-code ec2 --quota-code L-1216C47A --desired-value 8\n` +
      `Then go on: ${make("deploy")}`,
  },
  {
    sign: /InvalidParameterCombination[^\n]*(free[ -]tier|free plan)/i,
    explain: ({ make }) =>
      "This account is on AWS's free plan, which starts a few types alone. To see which: " +
      "aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true --query 'InstanceTypes[].InstanceType'\n" +
      `With t3.micro, the default: ${make("deploy", { INSTANCE_TYPE: "t3.micro" })}\nTypes that are not in that list take the paid plan; Arm is not supported here.`,
  },
  {
    sign: /InsufficientInstanceCapacity|instance type \([^)]*\) is not supported in your requested Availability Zone/,
    explain: ({ name, make }) =>
      "The zone of this deployment has none of these instances left at the moment. That passes: to try again, " +
      `${make("deploy")}\nOr with another type: ${make("deploy", { INSTANCE_TYPE: "t3a.micro" })}. A deployment stays in its zone, where its data volume is; ` +
      `while ${name} holds nothing yet, ${make("destroy")} and a deploy in another region are a way too.`,
  },
  {
    sign: /PendingVerification/,
    explain: ({ make }) =>
      `AWS still verifies this account, which takes up to four hours. Then go on: ${make("deploy")}`,
  },
  {
    sign: /account must be verified before you can add[^\n]*CloudFront/,
    explain: ({ make }) =>
      "AWS has not verified this account for CloudFront, which it does on request: AWS Support, " +
      `"Account and billing", CloudFront. Then go on: ${make("deploy")}`,
  },
  {
    sign: /UnreservedConcurrentExecution below its minimum value/,
    explain: ({ region, make }) =>
      `This account runs too few functions at once in ${region} to reserve any. Ask for 1000: Service Quotas, AWS Lambda, ` +
      `"Concurrent executions" (L-B99A9384). Or reserve none: ${make("deploy", { RESERVE: "no" })}`,
  },
  {
    sign: /OptInRequired|You are not subscribed to this service/,
    explain: () =>
      "This account is not signed up for EC2 in full: https://portal.aws.amazon.com/billing/signup",
  },
];

/** What AWS refused for a reason that lies in the account, in words; undefined if what was printed holds none. */
export function refusedByAccount(deployment: About, printed: string): UserError | undefined {
  const errors = printed
    .replaceAll(/\s*\n[│╷╵\s]*/g, " ")
    .split("Error: ")
    .slice(1);
  for (const error of errors) {
    const known = refusals.find(({ sign }) => sign.test(error));
    if (known !== undefined)
      return new UserError(`${error.slice(0, 500).trim()}\n\n${known.explain(deployment)}`);
  }
  return undefined;
}
