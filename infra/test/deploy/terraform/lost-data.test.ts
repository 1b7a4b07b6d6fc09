import { expect, test } from "@jest/globals";
import { requireNoLoss } from "../../../deploy/terraform/lost-data.ts";

/** As Terraform 1.11 prints a plan. */
const plan = (...actions: string[]) =>
  [
    "Terraform will perform the following actions:",
    "",
    ...actions.map(
      (action) => `  # ${action}\n-/+ resource "a" "b" {\n      ~ id = "c" -> (known after apply)\n    }\n`,
    ),
    "Plan: 1 to add, 0 to change, 1 to destroy.",
  ].join("\n");

/** The same, of what AWS would delete: its protection has been ended, which the apply would undo. */
const unprotected = (...actions: string[]) =>
  plan(...actions).replaceAll(
    /("c" -> .*)$/gm,
    `$1
      ~ deletion_protection = "INACTIVE" -> "ACTIVE"
      ~ deletion_protection_enabled = false -> true`,
  );

const records = "aws_dynamodb_table.tables_records_table_0D376E30";
const pool = "aws_cognito_user_pool.identity_pool_7520E6BB";

test.each([
  [`${records} must be replaced`, "all items of the table"],
  [`${records} will be destroyed`, "all items of the table"],
  [`${pool} must be replaced`, "all passwords and confirmed addresses"],
  [`${pool}_client must be replaced`.replace("pool.", "pool_client."), "the client's id"],
  ["aws_s3_bucket.images_bucket_D88F1B3A must be replaced", "all objects of the bucket"],
  ["aws_s3_bucket.images_bucket_D88F1B3A will be replaced, as requested", "all objects of the bucket"],
  ["aws_cloudfront_distribution.edge_distribution_4E54CAB5 will be destroyed", "the site's address"],
])("SLS-64 a plan is refused, naming what would be lost: %s", (action, what) => {
  const refused = () => requireNoLoss(plan("aws_vpc.a will be created", action));
  expect(refused).toThrow(`  ${action}: ${what}`);
  expect(refused).toThrow("Nothing was changed.");
});

test.each([
  `${records} will be updated in-place`,
  `${records} will be created`,
  "aws_lambda_function.api-function_6EE8A0DE must be replaced",
  "aws_s3_bucket_policy.site_policy_12345678 will be destroyed",
])("SLS-64 a plan that loses nothing goes on: %s", (action) => {
  expect(() => requireNoLoss(plan(action))).not.toThrow();
});

test("SLS-64 a loss is accepted by the resource's name, and no other with it", () => {
  const both = unprotected(`${records} must be replaced`, `${pool} must be replaced`);
  expect(() => requireNoLoss(both, [records])).toThrow(pool);
  expect(() => requireNoLoss(both, [records])).not.toThrow(records);
  expect(() => requireNoLoss(both, [records, pool])).not.toThrow();
});

test("SLS-64 what is protected is not lost by its name alone: the apply would stop half-way", () => {
  const [client, bucket] = ["aws_cognito_user_pool_client.a", "aws_s3_bucket.a"];
  const accepted = [records, pool, client, bucket];
  const lost = accepted.map((name) => `${name} must be replaced`);
  expect(() => requireNoLoss(plan(...lost), accepted)).toThrow(
    `already. Nothing was changed.\n  ${records}\n  ${pool}\n`,
  );
  expect(() => requireNoLoss(unprotected(...lost), accepted)).not.toThrow();
  expect(() => requireNoLoss(plan(...lost.slice(2)), accepted)).not.toThrow();
});
