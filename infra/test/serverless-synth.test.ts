import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { proofFunction } from "../src/constructs/serverless/edge-functions.ts";
import { type Configuration, type Resource, serverlessStack } from "./synthesize.ts";

let stack: Configuration;
let withEverything: Configuration;

beforeAll(async () => {
  stack = await serverlessStack();
  withEverything = await serverlessStack({
    MAIL_FROM: "hello@example.org",
    DOMAIN: "tintype.example.org",
    CERTIFICATE_ISSUED: "yes",
    IMAGE_ORIGIN: "https://images.example.org",
    PROTECTION: "no",
    RESERVED_CONCURRENCY: "no",
    SECRETS_VERSION: "3",
    PROVIDERS: "google,https://accounts.google.com,1 my-pool,https://id.example,2,trusts-factor",
    STATE_BUCKET: "example-state",
  });
}, 180_000);

const all = (type: string, of = stack): Resource[] => Object.values(of.resource[type] ?? {});
function only(type: string, of = stack): Resource {
  const found = all(type, of);
  expect(found).toHaveLength(1);
  return found[0]!;
}
const byPath = (type: string, path: string, of = stack) =>
  Object.entries(of.resource[type] ?? {}).find(
    ([, body]) => body["//"].metadata.path === `serverless/${path}`,
  )!;
const reference = (type: string, path: string, attribute: string) =>
  `\${${type}.${byPath(type, path)[0]}.${attribute}}`;
const statements = (policy: Resource) =>
  (JSON.parse(policy["policy"]) as { Statement: Resource[] }).Statement;

describe("the user pool", () => {
  test("SLS-04 takes a password from a role alone", () => {
    const client = only("aws_cognito_user_pool_client");
    expect(client).toMatchObject({
      explicit_auth_flows: ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
      generate_secret: false,
      prevent_user_existence_errors: "ENABLED",
      enable_token_revocation: true,
      allowed_oauth_flows_user_pool_client: false,
      supported_identity_providers: ["COGNITO"],
      write_attributes: ["email"],
    });
    for (const name of ["allowed_oauth_flows", "allowed_oauth_scopes", "callback_urls"]) {
      expect(client).not.toHaveProperty(name);
    }
  });

  test("SLS-04 knows an address in any case, as the name and not as an alias, and has it proved", () => {
    const pool = only("aws_cognito_user_pool");
    expect(pool).toMatchObject({
      username_attributes: ["email"],
      username_configuration: { case_sensitive: false },
      auto_verified_attributes: ["email"],
      user_attribute_update_settings: { attributes_require_verification_before_update: ["email"] },
      account_recovery_setting: { recovery_mechanism: [{ name: "verified_email", priority: 1 }] },
    });
    expect(pool).not.toHaveProperty("alias_attributes");
    expect(pool).not.toHaveProperty("schema");
  });

  test("SLS-04 has no page of its own, no federation and no identity pool", () => {
    const types = ["user_pool_domain", "identity_pool", "identity_provider", "resource_server"];
    expect(types.flatMap((type) => all(`aws_cognito_${type}`))).toEqual([]);
  });

  test("asks for no composition of a password, as the application does", () => {
    expect(only("aws_cognito_user_pool")["password_policy"]).toMatchObject({
      minimum_length: 8,
      require_lowercase: false,
      require_uppercase: false,
      require_numbers: false,
      require_symbols: false,
    });
  });

  test("sends by SES if there is a sender", () => {
    const email = (of: Configuration) => only("aws_cognito_user_pool", of)["email_configuration"];
    expect(email(stack)).toEqual({ email_sending_account: "COGNITO_DEFAULT" });
    expect(email(withEverything)).toEqual({
      email_sending_account: "DEVELOPER",
      from_email_address: "hello@example.org",
      source_arn: expect.stringMatching(/:identity\/hello@example\.org$/),
    });
  });
});

test("the pool and the tables are protected, unless they are about to go", () => {
  const protection = (of: Configuration) => [
    only("aws_cognito_user_pool", of)["deletion_protection"],
    ...all("aws_dynamodb_table", of).map((table) => table["deletion_protection_enabled"]),
  ];
  expect(protection(stack)).toEqual(["ACTIVE", true, true]);
  expect(protection(withEverything)).toEqual(["INACTIVE", false, false]);
});

test("tables are paid by the request, encrypted, expire and can be restored", () => {
  expect(all("aws_dynamodb_table")).toHaveLength(2);
  for (const table of all("aws_dynamodb_table")) {
    expect(table).toMatchObject({
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "pk",
      range_key: "sk",
      ttl: { attribute_name: "expiresAt", enabled: true },
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true },
    });
  }
});

test("no security decision can go through an index: what expires has none", () => {
  const [, expiring] = byPath("aws_dynamodb_table", "tables/expiring/table");
  expect(expiring["global_secondary_index"]).toEqual([]);
  expect(expiring["attribute"].map(({ name }: Resource) => name)).toEqual(["pk", "sk"]);
});

describe("the site's bucket", () => {
  test("SLS-58 is read by its distribution, named in full, and by no one else", () => {
    const [, policy] = byPath("aws_s3_bucket_policy", "site/policy");
    const arn = reference("aws_s3_bucket", "site/bucket", "arn");
    expect(statements(policy).map(({ Effect }) => Effect)).toEqual(["Deny", "Allow"]);
    expect(statements(policy)[1]).toEqual({
      Sid: "Distribution",
      Effect: "Allow",
      Principal: { Service: "cloudfront.amazonaws.com" },
      Action: ["s3:GetObject", "s3:ListBucket"],
      Resource: [arn, `${arn}/*`],
      Condition: {
        StringEquals: {
          "AWS:SourceArn": reference("aws_cloudfront_distribution", "edge/distribution", "arn"),
        },
      },
    });
  });

  test("SLS-58 is asked with the distribution's signature, whatever a viewer sends", () => {
    expect(only("aws_cloudfront_origin_access_control")).toMatchObject({
      origin_access_control_origin_type: "s3",
      signing_behavior: "always",
      signing_protocol: "sigv4",
    });
  });

  test("SLS-58 is the only bucket behind the edge", () => {
    const { origin } = only("aws_cloudfront_distribution") as { origin: Resource[] };
    const names = origin.map(({ domain_name }) => String(domain_name));
    expect(names.filter((name) => name.includes("aws_s3_bucket."))).toEqual([
      reference("aws_s3_bucket", "site/bucket", "bucket_regional_domain_name"),
    ]);
  });

  test("INFRA-04 both buckets block public access, and both refuse plain HTTP", () => {
    expect(all("aws_s3_bucket_public_access_block")).toHaveLength(2);
    const denying = all("aws_s3_bucket_policy").flatMap(statements);
    expect(denying.filter(({ Sid, Effect }) => Sid === "TlsOnly" && Effect === "Deny")).toHaveLength(2);
  });
});

/** Each statement of each role, by what it is for. */
const rights: Record<string, Record<string, string[]>> = {
  api: {
    Logs: ["logs:CreateLogStream", "logs:PutLogEvents"],
    AccountsImagesProjectsAndMedia: [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ],
    TheFeedAndTheImagesProjectsAndMediaOfOneAccount: ["dynamodb:Query"],
    TheVersionsOfAProjectAndAllThatAnAccountLeaves: ["dynamodb:Query"],
    SessionsLimitsNetworksRevocations: [
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:Query",
    ],
    SignUploadsAndCloseOneThatIsComplete: ["s3:PutObject"],
    StoreNotesAndMediaThatWasUploaded: ["s3:PutObject"],
    SignDownloadsAndSeeWhatWasUploaded: ["s3:GetObject"],
    RemoveWhatNoRecordPointsAt: ["s3:DeleteObject"],
    TellAMissingObjectFromAForbiddenOne: ["s3:ListBucket"],
    TrySetAndRemoveAPassword: [
      "cognito-idp:AdminCreateUser",
      "cognito-idp:AdminGetUser",
      "cognito-idp:AdminInitiateAuth",
      "cognito-idp:AdminSetUserPassword",
      "cognito-idp:AdminDeleteUser",
    ],
    ReadItsSecretsAndThoseBeforeThem: ["ssm:GetParameters", "ssm:GetParameterHistory"],
    HaveAnImageProcessed: ["lambda:InvokeFunction"],
  },
  images: {
    Logs: ["logs:CreateLogStream", "logs:PutLogEvents"],
    ReadAnUpload: ["s3:GetObject"],
    LearnThatAnUploadIsNotThereWhichIsNoRightToReadOthers: ["s3:ListBucket"],
    StoreWhatItMadeOfAnUpload: ["s3:PutObject"],
  },
  jobs: {
    Logs: ["logs:CreateLogStream", "logs:PutLogEvents"],
    CompareAndRepairRecords: ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
    RemoveTheSecondFactorsOfAnAccountAndRecordThat: ["dynamodb:PutItem"],
    EndTheSessionsOfAnAccountWhoseRemovalHasStoppedHalfwayOrWhoseFactorsAreRemoved: [
      "dynamodb:Query",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ],
    RemovedAccountsAbandonedUploadsTheBinAndAllImagesByMonthAndAccount: ["dynamodb:Query"],
    TheObjectsOfAnAccountAndAllThatItLeaves: ["dynamodb:Query"],
    ListObjectsAndTheirFormerVersions: ["s3:ListBucket", "s3:ListBucketVersions"],
    CompareObjectsWithTheirRecords: ["s3:GetObject", "s3:GetObjectVersion"],
    RestoreAnObjectAndCloseAnAbandonedUpload: ["s3:PutObject"],
    RemoveObjectsThatNoRecordPointsAt: ["s3:DeleteObject"],
    CompareIdentitiesWithAccountsAndRemoveOneWithoutAnAccount: [
      "cognito-idp:ListUsers",
      "cognito-idp:AdminDeleteUser",
    ],
  },
};

describe.each(Object.keys(rights))("the role of the function %s", (name) => {
  const own = () => statements(byPath("aws_iam_role_policy", `${name}-function/rights`)[1]);

  test("has these rights and no other, each for a reason", () => {
    const found = own().map(({ Sid, Action }) => [String(Sid), Action]);
    expect(Object.fromEntries(found)).toEqual(rights[name]);
    expect(found).toHaveLength(Object.keys(rights[name]!).length);
  });

  test("names every resource: none is of another stack", () => {
    for (const resource of own().flatMap(({ Resource }) => Resource as string[])) {
      expect(resource).toMatch(
        /^\$\{aws_[^}]+\.arn\}(:\*|\/index\/\*|\/(images|incoming|media|notes|pictures)\/\*)?$/,
      );
    }
  });

  test("is taken by Lambda alone", () => {
    const [, role] = byPath("aws_iam_role", `${name}-function/role`);
    const { Statement } = JSON.parse(role["assume_role_policy"]) as { Statement: Resource[] };
    expect(Statement.map(({ Principal }) => Principal)).toEqual([{ Service: "lambda.amazonaws.com" }]);
    expect(all("aws_iam_role_policy_attachment")).toEqual([]);
  });
});

test("no role scans a table, makes a log group, or writes where the other's images are", () => {
  const of = (name: string) => JSON.stringify(byPath("aws_iam_role_policy", `${name}-function/rights`)[1]);
  for (const name of Object.keys(rights)) {
    expect(of(name)).not.toMatch(/dynamodb:(Scan|Batch|PartiQL)|CreateLogGroup/);
  }
  // What decodes strangers' pictures reaches no record, no secret and no account.
  expect(of("images")).not.toMatch(/dynamodb|cognito|ssm|lambda:|DeleteObject/);
});

describe("functions", () => {
  test("log into groups that end, and answer by what the alias points at", () => {
    for (const lambda of all("aws_lambda_function")) {
      expect(lambda).toMatchObject({
        runtime: "nodejs22.x",
        publish: true,
        logging_config: { log_format: "JSON" },
      });
    }
    for (const group of all("aws_cloudwatch_log_group")) expect(group["retention_in_days"]).toBe(14);
    expect(all("aws_lambda_alias").map(({ name, lifecycle }) => [name, lifecycle])).toEqual(
      Array(3).fill(["live", { ignore_changes: ["function_version"] }]),
    );
    const integration = String(only("aws_apigatewayv2_integration")["integration_uri"]);
    expect(integration).toBe(reference("aws_lambda_alias", "api-function/live", "invoke_arn"));
  });

  test("SLS-46 are invoked by this stack's API and rules alone, at the alias, and by no object of a bucket", () => {
    expect(all("aws_s3_bucket_notification")).toEqual([]);
    for (const permission of all("aws_lambda_permission")) {
      expect(permission["source_arn"]).toMatch(/^\$\{aws_(apigatewayv2_api|cloudwatch_event_rule)\./);
      expect(permission["qualifier"]).toMatch(/^\$\{aws_lambda_alias\./);
    }
  });

  test("hold no secret: their variables name things", () => {
    const names = all("aws_lambda_function").flatMap(({ environment }) => Object.keys(environment.variables));
    expect([...new Set(names)].toSorted()).toEqual([
      ...["BUCKET", "CONFIRMATION", "EXPIRING_TABLE", "IMAGES_FUNCTION", "METRICS_NAMESPACE", "NODE_OPTIONS"],
      ...["RECORDS_TABLE", "SECRETS_PATH", "SITE_ORIGIN", "USER_POOL_CLIENT_ID", "USER_POOL_ID"],
    ]);
  });

  test("reserve concurrency only if they may", () => {
    const reserved = (of: Configuration) =>
      all("aws_lambda_function", of).flatMap((lambda) => lambda["reserved_concurrent_executions"] ?? []);
    expect(reserved(stack).toSorted()).toEqual([1, 10]);
    expect(reserved(withEverything)).toEqual([]);
  });

  test("the API gives up before the gateway, and an image before the API", () => {
    const timeout = (name: string) =>
      byPath("aws_lambda_function", `${name}-function/function`)[1]["timeout"];
    expect(timeout("images")).toBeLessThan(timeout("api"));
    expect(timeout("api") * 1000).toBeLessThan(only("aws_apigatewayv2_integration")["timeout_milliseconds"]);
  });
});

describe("secrets", () => {
  const secrets = ["access-token", "edge-proof", "factors", "refresh-token"];

  test("DEP-14 are made while Terraform applies and written to SSM alone: no state has them", () => {
    const { ephemeral } = stack as unknown as { ephemeral: Record<string, Record<string, Resource>> };
    expect(Object.keys(ephemeral["aws_secretsmanager_random_password"]!).toSorted()).toEqual(secrets);
    const parameters = all("aws_ssm_parameter");
    expect(parameters.map(({ name }) => name).toSorted()).toEqual(
      secrets.map((name) => `/tintype/shop/${name}`),
    );
    for (const { type, value_wo, value_wo_version, value } of parameters) {
      expect([type, value_wo_version, value]).toEqual(["SecureString", 1, undefined]);
      expect(value_wo).toMatch(
        /^\$\{ephemeral\.aws_secretsmanager_random_password\.[a-z-]+\.random_password\}$/,
      );
    }
  });

  test("are replaced by a higher version, but for the one that has encrypted second factors", () => {
    const versions = all("aws_ssm_parameter", withEverything).map((each) => [
      each["name"].replace(/.*\//, ""),
      each["value_wo_version"],
    ]);
    expect(Object.fromEntries(versions)).toEqual({
      ...{ "access-token": 3, "refresh-token": 3, "edge-proof": 3 },
      ...{ factors: 1, google: 1, "my-pool": 1 },
    });
  });

  test("IDP-15 have a place for each sign-in provider, which the API may read, and no value of it in the state", () => {
    const ofProviders = all("aws_ssm_parameter", withEverything).filter(({ name }) =>
      name.includes("/providers/"),
    );
    expect(ofProviders).toEqual(
      ["google", "my-pool"].map((id) =>
        expect.objectContaining({
          ...{ name: `/tintype/shop/providers/${id}`, type: "SecureString" },
          ...{ value_wo: "none", value_wo_version: 1 },
        }),
      ),
    );
    const [, rights] = byPath("aws_iam_role_policy", "api-function/rights", withEverything);
    const right = statements(rights).find(({ Sid }) => Sid === "ReadItsSecretsAndThoseBeforeThem")!;
    expect(right["Resource"]).toHaveLength(6);
    const [, api] = byPath("aws_lambda_function", "api-function/function", withEverything);
    expect(JSON.stringify(api["environment"])).toContain("google,https://accounts.google.com,1 my-pool");
  });
});

describe("the edge", () => {
  const distribution = (of = stack) => only("aws_cloudfront_distribution", of);

  test("SLS-51 caches nothing under /api, and no error anywhere", () => {
    const api = distribution()["ordered_cache_behavior"] as Resource[];
    expect(api.map(({ path_pattern }) => path_pattern)).toEqual(["/api", "/api/*"]);
    for (const behaviour of api) {
      // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
      expect(behaviour["cache_policy_id"]).toBe("4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
    }
    const errors = distribution()["custom_error_response"] as Resource[];
    expect(errors.map((error) => error["error_caching_min_ttl"])).toEqual(Array(11).fill(0));
    expect(errors.filter((error) => "response_page_path" in error)).toEqual([]);
  });

  test("SLS-59 a domain has its certificate in us-east-1, whatever the region, and takes TLS 1.2 alone, once the certificate is issued", async () => {
    const served = distribution(withEverything);
    expect(served["aliases"]).toEqual(["tintype.example.org"]);
    expect(served["viewer_certificate"]).toMatchObject({ minimum_protocol_version: "TLSv1.2_2021" });
    expect(only("aws_acm_certificate", withEverything)["provider"]).toBe("aws.global");
    const providers = withEverything.provider.aws.map(({ alias, region }) => [alias, region]);
    expect(providers).toContainEqual(["global", "us-east-1"]);
    expect(withEverything.output["url"]!["value"]).toBe("https://tintype.example.org");
    const waiting = await serverlessStack({ DOMAIN: "tintype.example.org", REGION: "eu-central-1" });
    expect(waiting.provider.aws.map(({ alias, region }) => [alias, region])).toEqual([
      [undefined, "eu-central-1"],
      ["global", "us-east-1"],
    ]);
    expect(only("aws_acm_certificate", waiting)["provider"]).toBe("aws.global");
    const ofEdge = all("aws_cloudwatch_log_group", waiting).filter(({ name }) => /cloudfront/.test(name));
    expect(ofEdge.map(({ provider }) => provider)).toEqual(["aws.global", "aws.global"]);
    expect(distribution(waiting)["aliases"]).toBeUndefined();
    expect(waiting.output["url"]!["value"]).toBe(stack.output["url"]!["value"]);
    expect(waiting.output["certificate"]!["value"]).toHaveProperty("record");
  }, 60_000);

  type Viewed = { uri?: string; statusCode?: number; headers?: Record<string, { value: string }> };
  function pages(uri: string, host = "d111111abcdef8.cloudfront.net", of = stack): Viewed {
    const { code } = byPath("aws_cloudfront_function", "edge/pages", of)[1] as { code: string };
    const event = { request: { uri, headers: { host: { value: host } } } };
    return runInNewContext(`${code}\nhandler(${JSON.stringify(event)})`) as Viewed;
  }

  test.each([
    ["/", "/index.html"],
    ["/gallery", "/index.html"],
    ["/a.b/c", "/index.html"],
    ["/index.html/x", "/index.html"],
    ["//evil.example/", "/index.html"],
    ["/assets/gone.js", "/assets/gone.js"],
    ["/.well-known/security.txt", "/.well-known/security.txt"],
  ])("SLS-53 a path without a dot in its last part is the page: %s", (uri, expected) => {
    expect(pages(uri).uri).toBe(expected);
  });

  test("SLS-59 with a domain, CloudFront's own name leads there", () => {
    const found = pages("//evil.example/a", undefined, withEverything);
    expect(found.statusCode).toBe(308);
    expect(found.headers!["location"]!.value).toBe("https://tintype.example.org/");
    expect(found.headers!["cache-control"]!.value).toBe("max-age=3600");
    expect(pages("/gallery", "tintype.example.org", withEverything).uri).toBe("/index.html");
  });

  test("SLS-49 proves to the API that a request came this way, by a value that is in no state", async () => {
    const { key_value_store_associations, code } = byPath("aws_cloudfront_function", "edge/proof")[1];
    expect(key_value_store_associations).toEqual([
      reference("aws_cloudfront_key_value_store", "edge/store", "arn"),
    ]);
    expect(code).toBe(proofFunction);
    expect(all("aws_cloudfrontkeyvaluestore_key")).toEqual([]);
    const runnable = proofFunction.replace('import cf from "cloudfront";', "");
    const cf = { kvs: () => ({ get: (key: string) => Promise.resolve(`value of ${key}`) }) };
    const forged = {
      request: { headers: { "edge-proof": { value: "forged" }, "viewer-address": { value: "192.0.2.1" } } },
      viewer: { ip: "203.0.113.9" },
    };
    const seen = await (runInNewContext(`${runnable}\nhandler(${JSON.stringify(forged)})`, {
      cf,
    }) as Promise<{
      headers: Resource;
    }>);
    expect(seen.headers).toEqual({
      "edge-proof": { value: "value of edge-proof" },
      "viewer-address": { value: "203.0.113.9" },
    });
  });

  test("the page may load images from where they are", () => {
    const policy = (of: Configuration) =>
      byPath("aws_cloudfront_response_headers_policy", "edge/site-headers", of)[1]["security_headers_config"]
        .content_security_policy.content_security_policy as string;
    expect(policy(stack)).toContain(
      `https://${reference("aws_s3_bucket", "images/bucket", "bucket_regional_domain_name")}`,
    );
    expect(policy(withEverything)).toContain(
      "img-src 'self' blob: https://images.example.org; media-src https://images.example.org;",
    );
  });
});

test("SLS-57 one limit bounds what all clients can make the API cost", () => {
  expect(only("aws_apigatewayv2_stage")["default_route_settings"]).toEqual({
    throttling_rate_limit: 500,
    throttling_burst_limit: 1000,
  });
});

test("SLS-39 the gateway's log has neither addresses nor queries", () => {
  const { format } = only("aws_apigatewayv2_stage")["access_log_settings"] as { format: string };
  expect(format).not.toMatch(/sourceIp|userAgent|query|header|authorizer/i);
});

test("SLS-78 ten alarms, which AWS does not charge for, and no id is a dimension", () => {
  const alarms = all("aws_cloudwatch_metric_alarm");
  expect(alarms.map((alarm) => alarm["alarm_name"].replace("tintype-shop-", "")).toSorted()).toEqual([
    ...["api-duration", "api-errors", "api-throttles", "images-errors", "images-throttles"],
    ...["jobs-errors", "jobs-missing", "refused-sign-ins", "table-throttles", "unsent-mail"],
  ]);
  const dimensions = alarms.flatMap((alarm) => Object.keys(alarm["dimensions"] ?? {}));
  expect(new Set(dimensions)).toEqual(new Set(["FunctionName", "TableName"]));
});

test("INFRA-13 both providers put on everything the tags that a teardown looks for", () => {
  const tags = { Project: "tintype", Deployment: "shop", Stack: "serverless", ManagedBy: "terraform" };
  expect(stack.provider.aws.map((each) => each["default_tags"])).toEqual(Array(2).fill([{ tags }]));
});

test("its state is another object than that of the stack ec2 of the same name", () => {
  expect(withEverything.terraform["backend"].s3.key).toBe("tintype/shop/serverless/terraform.tfstate");
});

test("outputs say what a deploy and operators need, and nothing secret", () => {
  expect(Object.keys(stack.output).toSorted()).toEqual([
    ...["apiUrl", "bucket", "distributionDomain", "distributionId", "functions", "proofStore", "region"],
    ...["secretsPath", "siteBucket", "stack", "tables", "url", "userPoolClientId", "userPoolId"],
  ]);
});
