import { ApiGatewayV2Client, GetApisCommand, type GetApisResponse } from "@aws-sdk/client-apigatewayv2";
import {
  CloudFrontClient,
  ListFunctionsCommand as ListEdgeFunctionsCommand,
  ListKeyValueStoresCommand,
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
  paginateListDistributions,
} from "@aws-sdk/client-cloudfront";
import { CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import {
  CognitoIdentityProviderClient,
  paginateListUserPools,
} from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient, paginateListTables } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { LambdaClient, paginateListFunctions } from "@aws-sdk/client-lambda";
import { paginateDescribeParameters, SSMClient } from "@aws-sdk/client-ssm";
import type { Access } from "../clouds/cloud.ts";
import { globalRegion, sdkClient } from "../clouds/sdk-client.ts";
import { leftByTag } from "./by-tag.ts";
import { leftInIam, leftInS3 } from "./iam-and-s3.ts";
import { namesOf } from "./serverless-names.ts";

/** Of these the service itself is asked, by name. The tagging API goes on naming them for a while after they are gone. */
const asked =
  /^arn:[^:]+:(s3:::|iam:|lambda:|dynamodb:|logs:|ssm:|events:|cloudwatch:|cognito-idp:|apigateway:|cloudfront:)/;

/** What is left of a deployment of `serverless`, a line each: by what each service says, and by tag in both regions. */
export async function leftoversOfServerless(name: string, region: string, access: Access): Promise<string[]> {
  const stack = "serverless";
  const regions = [...new Set([region, globalRegion])];
  const found = await Promise.all([
    leftInRegion(name, region, access),
    leftAtTheEdge(name, access),
    leftInS3(name, region, access, stack),
    leftInIam(name, access, stack),
    ...regions.map((one) => leftByTag({ name, region: one, access, stack, asked })),
  ]);
  return found.flat();
}

async function leftInRegion(name: string, region: string, access: Access): Promise<string[]> {
  const names = namesOf(name);
  const config = sdkClient(access, access["AWS_ENDPOINT_URL"], region);
  const client = new LambdaClient(config);
  const [pools, apis] = [new CognitoIdentityProviderClient(config), new ApiGatewayV2Client(config)];
  const [events, logs] = [new EventBridgeClient(config), new CloudWatchLogsClient(config)];
  const prefix = `tintype-${name}-`;
  const found = await Promise.all([
    listed("function", names.functions, paginateListFunctions({ client }, {}), ({ Functions = [] }) =>
      Functions.map(({ FunctionName }) => FunctionName),
    ),
    listed(
      "table",
      names.tables,
      paginateListTables({ client: new DynamoDBClient(config) }, {}),
      (page) => page.TableNames ?? [],
    ),
    listed("user pool", names.alone, paginateListUserPools({ client: pools }, { MaxResults: 60 }), (page) =>
      (page.UserPools ?? []).map(({ Name }) => Name),
    ),
    listed("HTTP API", names.alone, httpApis(apis), ({ Items = [] }) => Items.map(({ Name }) => Name)),
    listed("log group", names.logGroups, paginateDescribeLogGroups({ client: logs }, {}), groupNames),
    listed(
      "parameter",
      names.parameters,
      paginateDescribeParameters({ client: new SSMClient(config) }, {}),
      (page) => (page.Parameters ?? []).map(({ Name }) => Name),
    ),
    listed(
      "alarm",
      names.alarms,
      paginateDescribeAlarms({ client: new CloudWatchClient(config) }, { AlarmNamePrefix: prefix }),
      ({ MetricAlarms = [] }) => MetricAlarms.map(({ AlarmName }) => AlarmName),
    ),
    // At most 300 rules are allowed in a region, and a page has 100 of one prefix.
    listed("rule", names.rules, [await events.send(new ListRulesCommand({ NamePrefix: prefix }))], (page) =>
      (page.Rules ?? []).map(({ Name }) => Name),
    ),
  ]);
  return found.flat();
}

async function leftAtTheEdge(name: string, access: Access): Promise<string[]> {
  const names = namesOf(name);
  const config = sdkClient(access, access["AWS_ENDPOINT_URL"], globalRegion);
  const client = new CloudFrontClient(config);
  const logs = new CloudWatchLogsClient(config);
  const found = await Promise.all([
    listed("distribution", [names.comment], paginateListDistributions({ client }, {}), (page) =>
      (page.DistributionList?.Items ?? []).map(({ Comment }) => Comment),
    ),
    // An account has at most 100 of each of these unless it asked for more.
    listed(
      "origin access control",
      names.accessControls,
      [await client.send(new ListOriginAccessControlsCommand({}))],
      (page) => (page.OriginAccessControlList?.Items ?? []).map((item) => item.Name),
    ),
    listed(
      "response headers policy",
      names.headersPolicies,
      [await client.send(new ListResponseHeadersPoliciesCommand({ Type: "custom" }))],
      (page) =>
        (page.ResponseHeadersPolicyList?.Items ?? []).map(
          (item) => item.ResponseHeadersPolicy?.ResponseHeadersPolicyConfig?.Name,
        ),
    ),
    listed(
      "edge function",
      names.edgeFunctions,
      [await client.send(new ListEdgeFunctionsCommand({}))],
      (page) => (page.FunctionList?.Items ?? []).map((item) => item.Name),
    ),
    listed("key value store", names.alone, [await client.send(new ListKeyValueStoresCommand({}))], (page) =>
      (page.KeyValueStoreList?.Items ?? []).map((item) => item.Name),
    ),
    listed("log group", names.edgeLogGroups, paginateDescribeLogGroups({ client: logs }, {}), groupNames),
  ]);
  return found.flat();
}

const groupNames = ({
  logGroups = [],
}: {
  logGroups?: { logGroupName?: string | undefined }[] | undefined;
}) => logGroups.map(({ logGroupName }) => logGroupName);

/** The SDK has no paginator for them. */
async function* httpApis(client: ApiGatewayV2Client): AsyncGenerator<GetApisResponse> {
  let NextToken: string | undefined;
  do {
    const page: GetApisResponse = await client.send(new GetApisCommand({ NextToken }));
    yield page;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}

/** A line for each of the names wanted that a service lists. */
async function listed<Page>(
  kind: string,
  wanted: readonly string[],
  pages: AsyncIterable<Page> | Iterable<Page>,
  of: (page: Page) => readonly (string | undefined)[],
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) {
    const ours = of(page).filter((one) => one !== undefined && wanted.includes(one));
    found.push(...ours.map((one) => `${kind} ${one}`));
  }
  return found;
}
