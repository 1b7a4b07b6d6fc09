import { expect, test } from "@jest/globals";
import { currentDeployment } from "../../../deploy/deployment.ts";
import { serverless } from "../../../deploy/serverless/target.ts";

const records = "aws_dynamodb_table.tables_records_table_0D376E30";
const images = "aws_s3_bucket.images_bucket_D88F1B3A";

/** As Terraform prints the plan of a replacement. */
const replacing = (...names: string[]) =>
  names.map((name) => `  # ${name} must be replaced\n-/+ resource "a" "b" {\n    }\n`).join("\n");
const judged =
  (given: Record<string, string>, ...names: string[]) =>
  () => {
    const deployment = currentDeployment({ CLOUD: "local", STACK: "serverless", ...given });
    serverless.requireAcceptable(deployment, replacing(...names));
  };

test("SLS-64 a refusal prints the command that accepts the loss, with what was accepted before", () => {
  expect(judged({}, images)).toThrow("make deploy CLOUD=local STACK=serverless LOSE=NAME,");
  expect(judged({ LOSE: "aws_s3_bucket.a" }, images)).toThrow("LOSE=aws_s3_bucket.a,NAME,");
});

test("SLS-64 LOSE= accepts what it names, several with commas, and nothing that only begins so", () => {
  expect(judged({ LOSE: images }, images)).not.toThrow();
  expect(judged({ LOSE: `aws_s3_bucket.a,${images}` }, images, "aws_s3_bucket.a")).not.toThrow();
  expect(judged({ LOSE: "aws_s3_bucket" }, images)).toThrow(`  ${images} must be replaced`);
  expect(judged({ LOSE: images }, images, records)).toThrow(`  ${records} must be replaced`);
});

test("SLS-64 LOSE= is refused unless it is names with commas between", () => {
  for (const wrong of ["a b", "a, b", "a,", "*", "aws_s3_bucket.a;"])
    expect(judged({ LOSE: wrong }, images)).toThrow(/LOSE: use names of resources/);
});
