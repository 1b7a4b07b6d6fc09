import { expect, test } from "@jest/globals";
import { isOfStack } from "../../../deploy/leftovers/by-tag.ts";
import { namesOf } from "../../../deploy/leftovers/serverless-names.ts";
import { serverlessStack } from "../../synthesize.ts";

test("DEP-11 every name that the serverless stack gives is one that its services are asked for", async () => {
  const stack = await serverlessStack();
  const names = namesOf("shop");
  const given = (type: string, attribute: string) =>
    Object.values(stack.resource[type] ?? {})
      .map((resource) => resource[attribute] as string)
      .toSorted();
  const logGroups = given("aws_cloudwatch_log_group", "name");
  expect({
    aws_lambda_function: given("aws_lambda_function", "function_name"),
    aws_dynamodb_table: given("aws_dynamodb_table", "name"),
    aws_cloudwatch_event_rule: given("aws_cloudwatch_event_rule", "name"),
    aws_cloudwatch_metric_alarm: given("aws_cloudwatch_metric_alarm", "alarm_name"),
    aws_ssm_parameter: given("aws_ssm_parameter", "name"),
    aws_cloudfront_function: given("aws_cloudfront_function", "name"),
    aws_cloudfront_origin_access_control: given("aws_cloudfront_origin_access_control", "name"),
    aws_cloudfront_response_headers_policy: given("aws_cloudfront_response_headers_policy", "name"),
    aws_cloudfront_key_value_store: given("aws_cloudfront_key_value_store", "name"),
    aws_cognito_user_pool: given("aws_cognito_user_pool", "name"),
    aws_apigatewayv2_api: given("aws_apigatewayv2_api", "name"),
    aws_cloudfront_distribution: given("aws_cloudfront_distribution", "comment"),
    logGroups,
  }).toEqual({
    aws_lambda_function: names.functions.toSorted(),
    aws_dynamodb_table: names.tables.toSorted(),
    aws_cloudwatch_event_rule: names.rules.toSorted(),
    aws_cloudwatch_metric_alarm: names.alarms.toSorted(),
    aws_ssm_parameter: names.parameters.toSorted(),
    aws_cloudfront_function: names.edgeFunctions.toSorted(),
    aws_cloudfront_origin_access_control: names.accessControls,
    aws_cloudfront_response_headers_policy: names.headersPolicies.toSorted(),
    aws_cloudfront_key_value_store: names.alone,
    aws_cognito_user_pool: names.alone,
    aws_apigatewayv2_api: names.alone,
    aws_cloudfront_distribution: [names.comment],
    logGroups: [...names.logGroups, ...names.edgeLogGroups].toSorted(),
  });
}, 60_000);

test("DEP-11 a stack does not take what is the other's for its own", () => {
  const tags = (Stack: string) => [
    { Key: "Deployment", Value: "dev" },
    { Key: "Stack", Value: Stack },
  ];
  expect([isOfStack("serverless", tags("serverless")), isOfStack("serverless", tags("ec2"))]).toEqual([
    true,
    false,
  ]);
  expect([isOfStack("ec2", tags("ec2")), isOfStack("ec2", tags("serverless"))]).toEqual([true, false]);
  // What was made by hand, or by a release before there were stacks.
  expect([isOfStack("ec2", []), isOfStack("serverless", [])]).toEqual([true, false]);
});
