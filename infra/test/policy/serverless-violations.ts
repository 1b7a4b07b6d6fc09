import { type Breach, added, each, removed } from "./breach.ts";
import type { Resource } from "../synthesize.ts";

const lambda = (change: (body: Resource) => void) => each("aws_lambda_function", change);
const table = (change: (body: Resource) => void) => each("aws_dynamodb_table", change);
const client = (change: (body: Resource) => void) => each("aws_cognito_user_pool_client", change);
const parameter = (change: (body: Resource) => void) => each("aws_ssm_parameter", change);
const distribution = (change: (body: Resource) => void) => each("aws_cloudfront_distribution", change);
const stage = (change: (body: Resource) => void) => each("aws_apigatewayv2_stage", change);

const variable = (name: string, value: string) =>
  lambda(({ environment }) => (environment.variables[name] = value));

/** Replaces the condition by which CloudFront may read the site's bucket. */
const source =
  (condition: (arn: string) => object | undefined): Breach =>
  ({ resource }) => {
    for (const policy of Object.values(resource["aws_s3_bucket_policy"]!)) {
      const document = JSON.parse(policy["policy"]) as { Statement: Resource[] };
      for (const statement of document.Statement.filter(({ Effect }) => Effect === "Allow")) {
        statement["Condition"] = condition(String(statement["Condition"].StringEquals["AWS:SourceArn"]));
      }
      policy["policy"] = JSON.stringify(document);
    }
  };

/** By the control that must notice, in a `serverless` stack. */
export const serverlessBreaches: Readonly<Record<string, readonly [what: string, Breach][]>> = {
  CKV_AWS_45: [
    ["a function has a password", variable("DATABASE_PASSWORD", "correct horse")],
    ["a function has a secret", variable("ACCESS_TOKEN_SECRET", "abc")],
    ["a function has an access key", variable("A", "AKIAIOSFODNN7EXAMPLE")],
    ["a function has a private key", variable("A", "-----BEGIN PRIVATE KEY-----")],
  ],
  CKV_AWS_115: [
    ["a fourth function has no limit", added("aws_lambda_function", {})],
    ["jobs have no limit", lambda((body) => delete body["reserved_concurrent_executions"])],
  ],
  CKV_AWS_117: [["a fourth function is in no VPC", added("aws_lambda_function", {})]],
  CKV_AWS_173: [["a fourth function has AWS's key", added("aws_lambda_function", {})]],
  CKV_AWS_363: [["a runtime is out of support", lambda((body) => (body["runtime"] = "nodejs18.x"))]],
  CKV_AWS_301: [
    [
      "everybody may invoke a function",
      added("aws_lambda_permission", { principal: "*", source_arn: "arn:aws:s3:::a" }),
    ],
  ],
  CKV_AWS_364: [
    [
      "any API may invoke a function",
      each("aws_lambda_permission", (permission) => delete permission["source_arn"]),
    ],
  ],
  TINTYPE_3: [["a function makes its own log group", lambda((body) => delete body["logging_config"])]],
  CKV_AWS_66: [
    ["logs are kept forever", each("aws_cloudwatch_log_group", (group) => delete group["retention_in_days"])],
  ],
  CKV_AWS_28: [
    ["recovery is off", table((body) => (body["point_in_time_recovery"].enabled = false))],
    ["nothing is said of recovery", table((body) => delete body["point_in_time_recovery"])],
  ],
  CKV_AWS_119: [["a third table has AWS's key", added("aws_dynamodb_table", {})]],
  CKV2_AWS_16: [["capacity is provisioned", table((body) => (body["billing_mode"] = "PROVISIONED"))]],
  TINTYPE_4: [
    ["SLS-04 nothing is said of flows", client((body) => delete body["explicit_auth_flows"])],
    [
      "SLS-04 one more flow is allowed",
      client((body) => body["explicit_auth_flows"].push("ALLOW_USER_PASSWORD_AUTH")),
    ],
    ["SLS-04 the flow is another", client((body) => (body["explicit_auth_flows"] = ["ALLOW_USER_SRP_AUTH"]))],
  ],
  TINTYPE_5: [
    ["SLS-04 existence errors are on", client((body) => (body["prevent_user_existence_errors"] = "LEGACY"))],
    ["SLS-04 nothing is said of them", client((body) => delete body["prevent_user_existence_errors"])],
    ["SLS-04 the client has a secret", client((body) => (body["generate_secret"] = true))],
  ],
  TINTYPE_6: [
    [
      "SLS-04 case makes another account",
      each("aws_cognito_user_pool", (pool) => (pool["username_configuration"].case_sensitive = true)),
    ],
    [
      "SLS-04 nothing is said of case",
      each("aws_cognito_user_pool", (pool) => delete pool["username_configuration"]),
    ],
  ],
  CKV2_AWS_34: [["a parameter is in the clear", parameter((body) => (body["type"] = "String"))]],
  CKV_AWS_337: [["a fourth parameter has AWS's key", added("aws_ssm_parameter", { type: "SecureString" })]],
  TINTYPE_7: [
    ["a value is in the state", parameter((body) => (body["value"] = "a"))],
    ["an insecure value is in the state", parameter((body) => (body["insecure_value"] = "a"))],
  ],
  CKV_AWS_34: [
    [
      "the site comes by plain HTTP",
      distribution((body) => (body["default_cache_behavior"].viewer_protocol_policy = "allow-all")),
    ],
    [
      "the API answers by plain HTTP",
      distribution((body) => (body["ordered_cache_behavior"][1].viewer_protocol_policy = "allow-all")),
    ],
  ],
  CKV_AWS_174: [["another distribution takes TLS 1.0", added("aws_cloudfront_distribution", {})]],
  CKV_AWS_305: [["there is no root", distribution((body) => delete body["default_root_object"])]],
  CKV2_AWS_32: [
    [
      "the site has no security headers",
      distribution((body) => delete body["default_cache_behavior"].response_headers_policy_id),
    ],
    [
      "the gateway's answers have none",
      distribution((body) => delete body["ordered_cache_behavior"][0].response_headers_policy_id),
    ],
  ],
  CKV2_AWS_46: [
    [
      "SLS-58 reads of the bucket are not signed",
      distribution((body) => delete body["origin"][0].origin_access_control_id),
    ],
  ],
  CKV_AWS_86: [["another distribution logs nothing", added("aws_cloudfront_distribution", {})]],
  CKV_AWS_68: [["another distribution has no firewall", added("aws_cloudfront_distribution", {})]],
  TINTYPE_8: [
    ["errors are cached", distribution((body) => delete body["custom_error_response"])],
    [
      "one error is cached",
      distribution((body) => (body["custom_error_response"][4].error_caching_min_ttl = 10)),
    ],
  ],
  TINTYPE_9: [
    ["SLS-58 every distribution of the account may read", source((arn) => like(arn.replace(/[^:]*$/, "*")))],
    [
      "SLS-58 every distribution of an account may read",
      source(() => like("arn:aws:cloudfront::111122223333:distribution/*")),
    ],
    [
      "SLS-58 a star is taken for itself",
      source(() => ({
        StringEquals: { "AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*" },
      })),
    ],
    ["SLS-58 every distribution of any account may read", source(() => undefined)],
    [
      "SLS-58 a second distribution may read",
      source((arn) => ({
        StringEquals: { "AWS:SourceArn": [arn, "arn:aws:cloudfront::1:distribution/E1"] },
      })),
    ],
    ["SLS-58 an account may read", source(() => ({ StringEquals: { "AWS:SourceAccount": "111122223333" } }))],
  ],
  CKV_AWS_95: [["requests are not logged", stage((body) => delete body["access_log_settings"])]],
  CKV_AWS_309: [["another route is open", added("aws_apigatewayv2_route", {})]],
  TINTYPE_10: [
    ["there is no limit", stage((body) => delete body["default_route_settings"])],
    ["the rate has no limit", stage((body) => delete body["default_route_settings"].throttling_rate_limit)],
  ],
  CKV_AWS_379: [["no bucket has a policy", removed("aws_s3_bucket_policy")]],
};

function like(arn: string): object {
  return { StringLike: { "AWS:SourceArn": arn } };
}
