import { control } from "../control.ts";
import { statementsOf } from "../statements.ts";
import { type Block, blocks, type Resource, resourcesOf, strings, type Synthesized } from "../synthesized.ts";

const distributions = ["aws_cloudfront_distribution"];
const behaviours = ({ body }: Resource) => [
  ...blocks(body["default_cache_behavior"]),
  ...blocks(body["ordered_cache_behavior"]),
];
const every = (distribution: Resource, holds: (behaviour: Block) => boolean) =>
  behaviours(distribution).every(holds);

const hasOwnS3 = ({ domain_name, custom_origin_config }: Block) =>
  String(domain_name).includes("aws_s3_bucket.") && custom_origin_config === undefined;

/** By default CloudFront keeps each of these for 10 seconds, whatever the origin says of it. */
const cachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

const allowsCloudfront = ({ body }: Resource) =>
  statementsOf(body["policy"]).filter(
    ({ Effect, Principal }) =>
      Effect === "Allow" &&
      strings((Principal as Block | undefined)?.["Service"]).includes("cloudfront.amazonaws.com"),
  );

/** Whether an ARN is that of a distribution of this stack, and nothing more. */
const isOwnDistribution = (arn: string, stack: Synthesized) =>
  resourcesOf(stack, ...distributions).some(({ address }) => arn === `\${${address}.arn}`);

function exactSource(policy: Resource, stack: Synthesized): boolean {
  return allowsCloudfront(policy).every(({ Condition = {} }) => {
    const sources = strings((Condition["StringEquals"] as Block | undefined)?.["AWS:SourceArn"]);
    return sources.length === 1 && isOwnDistribution(sources[0]!, stack);
  });
}

export const edgeControls = [
  control("CKV_AWS_34", "viewers come by HTTPS", distributions, (resource) =>
    every(resource, ({ viewer_protocol_policy }) => viewer_protocol_policy !== "allow-all"),
  ),
  control("CKV_AWS_174", "viewers come by TLS 1.2 at least", distributions, ({ body }) =>
    blocks(body["viewer_certificate"]).some(({ minimum_protocol_version }) =>
      /^TLSv1\.[23]/.test(String(minimum_protocol_version)),
    ),
  ),
  control("CKV_AWS_305", "the root of a distribution is an object", distributions, ({ body }) =>
    Boolean(body["default_root_object"]),
  ),
  control("CKV2_AWS_32", "every answer has security headers", distributions, (resource) =>
    every(resource, ({ response_headers_policy_id }) => Boolean(response_headers_policy_id)),
  ),
  control("CKV2_AWS_46", "a distribution signs its reads of a bucket", distributions, ({ body }) =>
    blocks(body["origin"]).every(
      (origin) => !hasOwnS3(origin) || Boolean(origin["origin_access_control_id"]),
    ),
  ),
  control(
    "CKV_AWS_86",
    "a distribution logs who asks",
    distributions,
    ({ body }) => blocks(body["logging_config"]).length > 0,
  ),
  control("CKV_AWS_68", "a distribution has a firewall", distributions, ({ body }) =>
    Boolean(body["web_acl_id"]),
  ),
  control("TINTYPE_8", "errors are not cached", distributions, ({ body }) => {
    const uncached = blocks(body["custom_error_response"])
      .filter((response) => response["error_caching_min_ttl"] === 0)
      .map(({ error_code }) => Number(error_code));
    return cachedErrors.every((code) => uncached.includes(code));
  }),
  control(
    "TINTYPE_9",
    "a bucket lets in one distribution, named in full",
    ["aws_s3_bucket_policy"],
    exactSource,
  ),
  control("CKV_AWS_95", "a stage of an API logs requests", ["aws_apigatewayv2_stage"], ({ body }) =>
    blocks(body["access_log_settings"]).some(({ destination_arn }) => Boolean(destination_arn)),
  ),
  control("CKV_AWS_309", "a route of an API authorizes", ["aws_apigatewayv2_route"], ({ body }) =>
    ["JWT", "AWS_IAM", "CUSTOM"].includes(String(body["authorization_type"])),
  ),
  control("TINTYPE_10", "a stage of an API has a limit", ["aws_apigatewayv2_stage"], ({ body }) =>
    blocks(body["default_route_settings"]).some(
      (limit) => Number(limit["throttling_rate_limit"]) > 0 && Number(limit["throttling_burst_limit"]) > 0,
    ),
  ),
];
