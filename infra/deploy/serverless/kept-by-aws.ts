import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { plural } from "../../cli/plural.ts";
import type { Access } from "../clouds/cloud.ts";
import { inRegion } from "./clients.ts";
import type { ServerlessOutputs } from "./outputs.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html */
const keptDays = 35;

/** What AWS keeps of a deployment that is removed at that time, and removes itself. */
export function keptByAws({ tables }: Pick<ServerlessOutputs, "tables">, at: Date): string[] {
  const until = new Date(at.getTime() + keptDays * 86_400_000).toISOString().slice(0, 10);
  return [
    `DynamoDB keeps a last backup of ${Object.values(tables).join(" and ")} until ${until}, without charge.`,
  ];
}

/** How many accounts a deployment has, as AWS estimates it. */
export async function heldAccounts(
  { region, userPoolId }: Pick<ServerlessOutputs, "region" | "userPoolId">,
  access: Access,
): Promise<string | undefined> {
  const { UserPool } = await new CognitoIdentityProviderClient(inRegion(access, region)).send(
    new DescribeUserPoolCommand({ UserPoolId: userPoolId }),
  );
  const count = UserPool?.EstimatedNumberOfUsers;
  return count === undefined ? undefined : `about ${plural(count, "account")}`;
}
