import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { tryRun } from "../../../../cli/run.ts";
import { cliConfiguration } from "../../../../deploy/terraform/terraform.ts";
import { type Proxy, region, startApiProxy } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-api-proxy-"));
let proxy: Proxy;
beforeAll(async () => void (proxy = await startApiProxy({ now: () => new Date() })));
afterAll(async () => {
  await proxy.stop();
  rmSync(folder, { recursive: true });
});

/** The services around this run have endpoints of their own, which Terraform would go by and retry for minutes. */
const others = Object.keys(process.env).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));

async function terraform(...args: string[]) {
  const { accessKeyId, secretAccessKey } = proxy.operator.credentials;
  const env = {
    ...(await cliConfiguration(folder)),
    ...Object.fromEntries(others.map((name) => [name, ""])),
    CHECKPOINT_DISABLE: "1",
    AWS_ENDPOINT_URL: proxy.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { code, stdout, stderr } = await tryRun("terraform", [`-chdir=${folder}`, ...args, "-no-color"], {
    env,
  });
  return { code, printed: stdout + stderr };
}

const behavior = {
  target_origin_id: "site",
  viewer_protocol_policy: "redirect-to-https",
  allowed_methods: ["GET", "HEAD"],
  cached_methods: ["GET", "HEAD"],
  cache_policy_id: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  response_headers_policy_id: "${aws_cloudfront_response_headers_policy.headers.id}",
};

/** What the proxy keeps, and what moto keeps corrected: with `changed`, every resource that can change has. */
const resources = (changed: boolean) => ({
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
  provider: { aws: { region } },
  resource: {
    aws_cloudfront_origin_access_control: {
      oac: {
        name: "terraform",
        origin_access_control_origin_type: "s3",
        signing_behavior: "always",
        signing_protocol: "sigv4",
      },
    },
    aws_cloudfront_response_headers_policy: {
      headers: {
        name: "terraform",
        security_headers_config: {
          strict_transport_security: {
            access_control_max_age_sec: changed ? 60 : 31_536_000,
            override: true,
          },
        },
      },
    },
    aws_cloudfront_key_value_store: { store: { name: "terraform", comment: `${changed}` } },
    aws_cloudfront_function: {
      spa: {
        key_value_store_associations: ["${aws_cloudfront_key_value_store.store.arn}"],
        name: "terraform",
        runtime: "cloudfront-js-2.0",
        publish: true,
        code: `function handler(event) { return event.request; } // ${changed}`,
      },
    },
    aws_cloudfront_distribution: {
      site: {
        enabled: true,
        wait_for_deployment: false,
        default_root_object: "index.html",
        price_class: changed ? "PriceClass_All" : "PriceClass_100",
        tags: { Project: "tintype" },
        origin: [
          {
            origin_id: "site",
            domain_name: "site.s3.us-east-1.amazonaws.com",
            origin_access_control_id: "${aws_cloudfront_origin_access_control.oac.id}",
          },
          {
            origin_id: "api",
            domain_name: "api.execute-api.us-east-1.amazonaws.com",
            custom_origin_config: {
              ...{ http_port: 80, https_port: 443 },
              ...{ origin_protocol_policy: "https-only", origin_ssl_protocols: ["TLSv1.2"] },
            },
          },
        ],
        default_cache_behavior: {
          ...behavior,
          function_association: {
            event_type: "viewer-request",
            function_arn: "${aws_cloudfront_function.spa.arn}",
          },
        },
        ordered_cache_behavior: [
          {
            ...behavior,
            path_pattern: "/api/*",
            target_origin_id: "api",
            allowed_methods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
            cache_policy_id: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            origin_request_policy_id: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
          },
        ],
        custom_error_response: [{ error_code: 500, error_caching_min_ttl: 0 }],
        restrictions: { geo_restriction: { restriction_type: "none" } },
        viewer_certificate: { cloudfront_default_certificate: true },
      },
    },
    aws_cognito_user_pool: {
      pool: {
        name: "terraform",
        username_attributes: ["email"],
        username_configuration: { case_sensitive: false },
        user_pool_tier: changed ? "LITE" : "ESSENTIALS",
        tags: { Project: "tintype" },
        password_policy: {
          minimum_length: changed ? 14 : 12,
          ...{ require_lowercase: false, require_numbers: false },
          ...{ require_symbols: false, require_uppercase: false },
          temporary_password_validity_days: 1,
        },
      },
    },
    aws_dynamodb_table: {
      table: {
        name: "terraform",
        billing_mode: "PAY_PER_REQUEST",
        hash_key: "pk",
        attribute: ["pk", "owner"].map((name) => ({ name, type: "S" })),
        global_secondary_index: [{ name: "by-owner", hash_key: "owner", projection_type: "ALL" }],
        point_in_time_recovery: { enabled: !changed },
      },
    },
  },
});

const write = (changed: boolean) =>
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(resources(changed)));

const done = { code: 0, printed: expect.any(String) };

// The rehearsal of the whole stack shows the plan after a first apply, and destroys: Terraform waits half a minute for that.
test("a plan is empty after a change of every resource that can change", async () => {
  write(false);
  expect(await terraform("init")).toEqual(done);
  expect(await terraform("apply", "-auto-approve")).toEqual(done);
  write(true);
  expect(await terraform("apply", "-auto-approve", "-refresh=false")).toEqual(done);
  // 2 would be: there are changes.
  expect(await terraform("plan", "-detailed-exitcode")).toEqual(done);
}, 300_000);
